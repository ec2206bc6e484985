import { parseObject } from '../core/jwt.ts';
import type { Answer, VendorRequest } from './exchange.ts';
import { isOfType } from './media-type.ts';

/** The JSON object of an `application/json` body; undefined for another content type or another body. */
export function readJson(request: Pick<VendorRequest, 'headers' | 'body'>): Record<string, unknown> | undefined {
  return isOfType(request, 'application/json') ? parseObject(request.body.toString('utf8')) : undefined;
}

/** An answer in JSON. Vendors differ in how they write the content type. */
export function jsonAnswer(status: number, body: object, contentType = 'application/json;charset=UTF-8'): Answer {
  return { status, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}
