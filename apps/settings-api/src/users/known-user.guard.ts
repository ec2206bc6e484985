import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiError, identifierSchema } from '#libs/contracts';
import { SettingsStore } from '#libs/database';
import type { FastifyRequest } from 'fastify';

/**
 * Finds the user that the path names and refuses the call when there is none. A guard, because guards run before bodies
 * are checked: an unknown user is told before a bad value (Agora contract section 1.5).
 */
@Injectable()
export class KnownUserGuard implements CanActivate {
  constructor(private readonly settings: SettingsStore) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest<{ Params: { username: string } }>>();
    const username = identifierSchema.safeParse(request.params.username);
    if (request.call === null || !username.success) throw new ApiError('user_unknown');
    request.knownUser = await this.settings.findUser(request.call.app.id, username.data);
    if (request.knownUser === null) throw new ApiError('user_unknown');
    return true;
  }
}
