import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiSecurity } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { RateGroup } from '../limits/rate-groups.ts';

/** Who may call a route, and how often. */
export interface RouteRules {
  /**
   * `app`: tokens of the app; `user`: also the token of the user whom the path names (Agora contract section 1.3); `anyone`:
   * the token, if one is needed, is the handler's to check.
   */
  by: 'app' | 'user' | 'anyone';
  /** Null: no limit. */
  limit: RateGroup | null;
}

const DEFAULT_RULES: RouteRules = { by: 'app', limit: null };

declare module 'fastify' {
  interface FastifyContextConfig {
    rules?: RouteRules;
  }
}

/** Says who may call a route, and how often; without it, tokens of the app as often as they like. */
export function Access(rules: Partial<RouteRules>): MethodDecorator {
  const config = RouteConfig({ rules: { ...DEFAULT_RULES, ...rules } });
  return rules.by === 'anyone' ? applyDecorators(config, ApiSecurity('bearer'), ApiSecurity({})) : config;
}

/** The rules of the route that a request has met; of an unknown path those of a route that says nothing. */
export function rulesOf(request: FastifyRequest): RouteRules {
  return request.routeOptions.config.rules ?? DEFAULT_RULES;
}
