import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiError, identifierSchema } from '#libs/contracts';
import { policyOf, SettingsStore } from '#libs/database';
import type { FastifyRequest } from 'fastify';
import type { AppContext } from '../apps/app-directory.ts';

/** Whether PUT on an unknown user creates it. */
export function createsUsers(app: AppContext): boolean {
  return policyOf(app).unknownUsers === 'create';
}

/** Refuses to write an unknown user where the app's policy is to refuse, before values are looked at. */
@Injectable()
export class WritableUserGuard implements CanActivate {
  constructor(private readonly settings: SettingsStore) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { call, params } = context.switchToHttp().getRequest<FastifyRequest<{ Params: { username: string } }>>();
    if (call === null || createsUsers(call.app)) return true;
    const username = identifierSchema.safeParse(params.username);
    const user = username.success ? await this.settings.findUser(call.app.id, username.data) : null;
    if (user === null) throw new ApiError('user_unknown');
    return true;
  }
}
