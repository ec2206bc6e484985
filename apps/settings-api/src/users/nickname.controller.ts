import { Body, Controller, Put } from '@nestjs/common';
import { ApiError } from '#libs/contracts';
import { UserRepository } from '#libs/database';
import { Access } from '../http/access.ts';
import { CurrentCall, type Call } from '../http/call.ts';
import { pathEnvelope, type Envelope } from '../http/envelope.ts';
import { Answers } from '../openapi/answers.ts';
import { nicknamesBodySchema, nicknameViewSchema, type NicknamesBody, type NicknameView } from './nickname.schemas.ts';
import { isNickname } from './user.schemas.ts';

/** Most users of one call (Agora contract section 3.10). */
const MAX_NICKNAMES = 50;

/** Push nicknames of many users (Agora contract section 3.10). */
@Controller(':org/:app/push/nickname')
export class NicknameController {
  constructor(private readonly users: UserRepository) {}

  @Put()
  @Access({ limit: 'nicknames' })
  @Answers('Set the push nicknames of up to 50 users; unknown ones are left out of the answer', {
    entities: nicknameViewSchema,
  })
  async put(@CurrentCall() call: Call, @Body({ schema: nicknamesBodySchema }) body: NicknamesBody): Promise<Envelope> {
    if (body.length === 0) throw new ApiError('nicknames_empty');
    if (body.length > MAX_NICKNAMES) throw new ApiError('nicknames_too_many');
    const tooLong = body.find(({ push_nickname: nickname }) => !isNickname(nickname));
    if (tooLong !== undefined) throw new ApiError('nickname_too_long', { username: tooLong.username });
    // Of several entries for one user the last counts.
    const nicknames = new Map(body.map(({ username, push_nickname: nickname }) => [username, nickname]));
    const known = await this.users.setNicknames(call.app.id, nicknames, new Date(call.startedAt));
    const entities = [...nicknames]
      .filter(([username]) => known.has(username))
      .map(([username, nickname]): NicknameView => ({ push_nickname: nickname, username }));
    return pathEnvelope(call, '/push', { entities });
  }
}
