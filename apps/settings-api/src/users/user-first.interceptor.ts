import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { catchError, type Observable } from 'rxjs';
import { AdvancedFeaturesGuard } from '../features/advanced-features.guard.ts';
import { KnownUserGuard } from './known-user.guard.ts';

/**
 * For routes whose one statement finds the user itself: the guards are asked only when something was wrong, so that an
 * unknown user is still told before features that are off, and these before a bad value (Agora contract section 1.5).
 */
@Injectable()
export class UserFirst implements NestInterceptor {
  constructor(
    private readonly users: KnownUserGuard,
    private readonly features: AdvancedFeaturesGuard,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(async (error: unknown) => await this.explain(context, error)));
  }

  private async explain(context: ExecutionContext, error: unknown): Promise<never> {
    if (error instanceof ApiError && error.status === 400) {
      await this.users.canActivate(context);
      await this.features.canActivate(context);
    }
    throw error;
  }
}
