import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { FeatureRepository } from '#libs/database';
import type { FastifyRequest } from 'fastify';

/**
 * Refuses calls on mode, do-not-disturb and templates where the app's advanced features are off (Agora contract section 5.1
 * step 1). Asks the database every time, so that a switch counts at once on every server; behind the known-user guard that
 * costs nothing more.
 */
@Injectable()
export class AdvancedFeaturesGuard implements CanActivate {
  constructor(private readonly features: FeatureRepository) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { call, knownUser } = context.switchToHttp().getRequest<FastifyRequest>();
    const on = knownUser?.advancedFeatures ?? (call !== null && (await this.features.isOn(call.app.id)));
    if (!on) throw new ApiError('features_off');
    return true;
  }
}
