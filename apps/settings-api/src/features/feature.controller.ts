import { Body, Controller, Get, Put } from '@nestjs/common';
import { FeatureRepository } from '#libs/database';
import { CurrentCall, type Call } from '../http/call.ts';
import { envelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { featuresBodySchema, featuresViewSchema, type FeaturesBody, type FeaturesView } from './feature.schemas.ts';

/** The switch of an app's advanced features. */
@Controller(':org/:app/push/features')
export class FeatureController {
  constructor(private readonly features: FeatureRepository) {}

  @Get()
  @Answers('Tell whether the advanced features are on, and what they hold', { data: featuresViewSchema })
  async get(@CurrentCall() call: Call): Promise<Envelope> {
    return envelope(call, { data: await this.view(call.app.id) });
  }

  @Put()
  @Answers('Switch the advanced features on, or off with all their settings', { data: featuresViewSchema })
  async put(
    @CurrentCall() call: Call,
    @Body({ schema: featuresBodySchema }) { advanced }: FeaturesBody,
  ): Promise<Envelope> {
    await this.features.set(call.app.id, advanced);
    return envelope(call, { data: await this.view(call.app.id) });
  }

  private async view(appId: number): Promise<FeaturesView> {
    return { advanced: await this.features.isOn(appId), settings: await this.features.settings(appId) };
  }
}
