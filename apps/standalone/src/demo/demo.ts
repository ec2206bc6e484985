import { VENDOR_NAMES, type VendorName } from '#libs/contracts';
import { registerAccounts, simulatedAccounts } from '#libs/simulated-vendors';
import { call } from './http.ts';
import { GROUP, people, SENDER, TEMPLATE, TEXT, type DemoPerson } from './people.ts';
import { storyTable, type ShownNotification, type Story, type StoryReceiver } from './story.ts';

const POLL_MS = 50;
const DEADLINE_MS = 30_000;

/** Where the demo runs. */
export interface DemoTargets {
  /** Base URL of the app: `http://host:port/org/app`. */
  app: string;
  token: string;
  /** The simulator's control API. */
  control: string;
  say: (line: string) => void;
}

/** A demo run: what happened that should not have. Empty when all went as expected. */
export type DemoProblems = string[];

/** Sets users, devices and credentials up, sends real messages over HTTP and compares what happened with what should. */
export async function runDemo(targets: DemoTargets): Promise<DemoProblems> {
  const { say } = targets;
  const accounts = simulatedAccounts();
  const cast = people(new Date(), (vendor, name) => accounts[vendor].deviceToken(name));
  await call('DELETE', `${targets.control}/notifications`);
  await setUpCredentials(targets, accounts);
  await setUpPeople(targets, cast);
  const problems: DemoProblems = [];

  say(`\n1. ${SENDER.nickname} writes "${TEXT}" to the group ${GROUP} and mentions eva:\n`);
  const group = await send(targets, {
    chatType: 'chatgroup',
    conversation: GROUP,
    receivers: cast.map(({ username }) => username),
    mentions: cast.flatMap(({ username, mentioned }) => (mentioned === true ? [username] : [])),
    text: TEXT,
  });
  await show(targets, group, cast);
  for (const person of cast) {
    problems.push(
      ...compare(
        person,
        group.receivers.find(({ receiver }) => receiver === person.username),
      ),
    );
  }

  const cara = personNamed(cast, 'cara');
  say(`\n2. A direct message to cara, forced through her do-not-disturb:\n`);
  const forced = await send(targets, { chatType: 'user', receivers: ['cara'], text: 'Wake up!', force: true });
  await show(targets, forced, [cara]);
  const forcedTo = {
    ...cara,
    expected: { decision: 'send', reason: 'forced', body: `${SENDER.nickname}: Wake up!` },
  } as const;
  problems.push(...compare(forcedTo, forced.receivers[0]));

  const ivy = personNamed(cast, 'ivy');
  say(`\n3. Another one to ivy, whose token the vendor called dead a moment ago:\n`);
  const second = await send(targets, { chatType: 'user', receivers: ['ivy'], text: 'Ivy?' });
  await show(targets, second, [ivy]);
  problems.push(...compare({ ...ivy, expected: { decision: 'suppress', reason: 'token_gone' } }, second.receivers[0]));

  const expected = [...cast, forcedTo].flatMap(({ token, expected: { body } }) =>
    body === undefined ? [] : [`${token} ${body}`],
  );
  const shown = (await shownOf([group, forced, second], targets)).map(({ token, body }) => `${token} ${body ?? ''}`);
  problems.push(
    ...expected.filter((line) => !shown.includes(line)).map((line) => `not shown: ${line}`),
    ...shown.filter((line) => !expected.includes(line)).map((line) => `shown unasked: ${line}`),
  );
  if (shown.length !== expected.length)
    problems.push(`${shown.length} notifications shown instead of ${expected.length}`);
  return problems;
}

async function setUpCredentials(
  { app, token, control }: DemoTargets,
  accounts: ReturnType<typeof simulatedAccounts>,
): Promise<void> {
  await registerAccounts(control, accounts);
  for (const vendor of VENDOR_NAMES) {
    const body = { vendor, ...accounts[vendor].credential };
    await call('PUT', `${app}/push/credentials/${credentialName(vendor)}`, { token, body });
  }
}

async function setUpPeople({ app, token, control }: DemoTargets, cast: readonly DemoPerson[]): Promise<void> {
  await call('DELETE', `${app}/notification/template/${TEMPLATE.name}`, { token }).catch(() => undefined);
  await call('POST', `${app}/notification/template`, { token, body: TEMPLATE });
  await call('PUT', `${app}/users/${SENDER.username}`, { token, body: { nickname: SENDER.nickname } });
  for (const person of cast) {
    const user = `${app}/users/${person.username}`;
    await call('PUT', user, { token, body: person.profile ?? {} });
    if (person.settings !== undefined) {
      await call('PUT', `${user}/notification/user/${person.username}`, { token, body: person.settings });
    }
    await call('PUT', `${user}/devices/phone`, {
      token,
      body: { credential: credentialName(person.vendor), token: person.token, locale: 'en' },
    });
    const report =
      person.presence === undefined || person.presence === 'background'
        ? { state: 'background', unreadCount: 0 }
        : { state: person.presence };
    await call('PUT', `${user}/devices/phone/presence`, { token, body: report });
    const life = person.deadToken === true ? 'kill' : 'revive';
    await call('POST', `${control}/tokens/${person.vendor}/${encodeURIComponent(person.token)}/${life}`, {
      body: {},
    });
  }
}

function credentialName(vendor: VendorName): string {
  return `demo-${vendor}`;
}

function personNamed(cast: readonly DemoPerson[], name: string): DemoPerson {
  const person = cast.find(({ username }) => username === name);
  if (person === undefined) throw new Error(`Nobody in the demo is called ${name}`);
  return person;
}

async function send({ app, token }: DemoTargets, event: Record<string, unknown>): Promise<Story> {
  const body = { sender: SENDER, ...event };
  const accepted = await call<{ data: { id: string } }>('POST', `${app}/push/messages`, { token, body });
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const { data } = await call<{ data: Story }>('GET', `${app}/push/messages/${accepted.data.id}`, { token });
    if (data.state === 'done' || Date.now() > deadline) return data;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** What phones show of these messages. A start after a crash also delivers what was left of earlier ones. */
async function shownOf(stories: readonly Story[], { control }: DemoTargets): Promise<ShownNotification[]> {
  const answer = await call<{ notifications: ShownNotification[] }>('GET', `${control}/shown`);
  const ids = new Set(
    stories.flatMap(({ receivers }) =>
      receivers.flatMap(({ devices }) => devices.map(({ vendor, vendorId }) => `${vendor} ${vendorId}`)),
    ),
  );
  return answer.notifications.filter(({ vendor, id }) => ids.has(`${vendor} ${id}`));
}

async function show(targets: DemoTargets, story: Story, cast: readonly DemoPerson[]): Promise<void> {
  const phones = await shownOf([story], targets);
  const textOn = (receiver: string): string => {
    const sent = story.receivers
      .find((one) => one.receiver === receiver)
      ?.devices.some(({ outcome }) => outcome === 'accepted');
    const person = cast.find(({ username }) => username === receiver);
    if (sent !== true || person === undefined) return '-';
    const last = phones.filter(({ token }) => token === person.token).at(-1);
    return last === undefined ? '-' : `${last.title ?? ''} | ${last.body ?? ''}`;
  };
  targets.say(storyTable(story, textOn));
}

function compare({ username, expected }: DemoPerson, actual: StoryReceiver | undefined): DemoProblems {
  const device = actual?.devices[0];
  const state = expected.state ?? (expected.decision === 'send' ? 'accepted' : undefined);
  const found = `${actual?.decision ?? 'nothing'} (${actual?.reason ?? '-'})`;
  return [
    ...(actual?.decision === expected.decision && actual.reason === expected.reason
      ? []
      : [`${username}: expected ${expected.decision} (${expected.reason}), found ${found}`]),
    ...(state === undefined || device?.outcome === state
      ? []
      : [`${username}: expected the vendor's answer to be ${state}, found ${device?.outcome ?? 'none'}`]),
  ];
}
