import { applyDecorators, Catch, type RpcExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';

/**
 * Hands a handler's error to the queue as it is. Nest's own filter would log it and put "Internal server error" in its
 * place, and what the queue has to do with the job would be lost.
 */
@Catch()
export class JobExceptionFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

export interface JobHandlerOptions {
  /** Jobs that this handler runs at the same time in one process. */
  concurrency?: number;
}

/**
 * Marks a controller method as the handler of one or several queues: `@EventPattern` with {@link JobExceptionFilter}.
 * The job is done when what the method returns has settled.
 */
export function JobHandler(queues: string | readonly string[], options: JobHandlerOptions = {}): MethodDecorator {
  return applyDecorators(EventPattern(queues, { ...options }), UseFilters(new JobExceptionFilter()));
}
