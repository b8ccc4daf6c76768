import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { labCommandsPath, labPagePath, memberAnswers } from '@toystore/contracts';
import { command, commandsFor, commandWords, isLab, parseLabAccess } from './lab-control.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

const token = 'a-token_of-24-bytes-in-base64url';

async function lab(
  status: number,
  answer: string,
): Promise<{ url: string; heard: { token: unknown; body: string }[] }> {
  const heard: { token: unknown; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ token: request.headers.authorization, body });
      response.writeHead(status).end(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/commands`, heard };
}

describe('the way from the page to the lab', () => {
  it('is read from the fragment that the lab puts into the address of the page', () => {
    const { hash } = new URL(labPagePath({ controlPort: 40123, token }), 'http://127.0.0.1:8080');

    expect(parseLabAccess(hash)).toEqual({ url: `http://127.0.0.1:40123${labCommandsPath}`, token });
  });

  it.each(['', '#', '#cluster', `#lab=${token}`, `#lab=evil.example:80,${token}`, `#lab=1,short`, `#lab=1,${token}/x`])(
    'is not found in %j',
    (fragment) => {
      expect(parseLabAccess(fragment)).toBeUndefined();
    },
  );

  it('offers for every answer what makes sense', () => {
    expect(memberAnswers.map((answer) => commandsFor(answer))).toEqual([
      ['kill', 'pause'],
      ['start'],
      ['resume', 'kill', 'start'],
    ]);
  });

  it('carries a command there and says what came of it', async () => {
    const { url, heard } = await lab(200, '{"name":"order-1","pid":4711}');

    const answer = await command({ url, token }, 'kill', 'order-1');

    expect(heard).toEqual([{ token: `Bearer ${token}`, body: '{"kind":"kill","name":"order-1","signal":"KILL"}' }]);
    expect(commandWords('kill', 'order-1', answer)).toBe('You: order-1 (pid 4711) was killed (SIGKILL).');
  });

  it.each([
    [409, '{"error":{"code":"already-dead","message":"order-1 is already dead."}}', /order-1 is already dead/],
    [502, 'no json', /the lab does not know this page/],
    [401, '{"error":{"code":"invalid-command","message":"wrong token"}}', /the lab does not know this page/],
  ])('says why nothing came of it: %d %s', async (status, body, words) => {
    const { url } = await lab(status, body);

    expect(commandWords('start', 'order-1', await command({ url, token }, 'start', 'order-1'))).toMatch(words);
  });

  it('knows a lab by its knowing the token', async () => {
    const known = await lab(200, '{}');
    const other = await lab(401, '{}');

    expect([await isLab({ url: known.url, token }), await isLab({ url: other.url, token })]).toEqual([true, false]);
    expect(known.heard).toEqual([{ token: `Bearer ${token}`, body: '{"kind":"status"}' }]);
  });

  it('says that nobody is there', async () => {
    const { url } = await lab(200, '{}');
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));

    expect(await command({ url, token }, 'pause', 'order-1')).toEqual({ kind: 'unanswered' });
  });
});
