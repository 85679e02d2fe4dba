import { describe, expect, it } from 'vitest';
import { Api, ApiError } from './api.js';

interface Call {
  url: string;
  init: RequestInit;
}

function serverWith(...answers: [number, unknown][]): { calls: Call[]; request: typeof fetch } {
  const calls: Call[] = [];
  const request = ((url: string, init: RequestInit) => {
    calls.push({ url, init });
    const [status, body] = answers.shift() ?? [500, {}];
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }));
  }) as typeof fetch;
  return { calls, request };
}

const SESSION = { csrfToken: 'csrf-1' };

describe('api', () => {
  it('sends the token of the session with every change, and with nothing before', async () => {
    const { calls, request } = serverWith([200, { result: 'signed-in', session: SESSION }], [204, undefined]);
    const api = new Api(request);
    await api.signIn({ username: 'ada', password: 'p' });
    await api.signOut();
    expect(calls[0]?.init.headers).not.toHaveProperty('X-Ringfence-Csrf');
    expect(calls[1]?.init.headers).toHaveProperty('X-Ringfence-Csrf', 'csrf-1');
  });

  it('sends neither cookie nor token to the origin of attachments', async () => {
    const grant = { attachmentId: 'a1', url: 'https://files.test/put', headers: { 'x-grant': 'g' }, expiresAt: 0 };
    const { calls, request } = serverWith([200, SESSION], [200, grant], [200, {}], [204, undefined]);
    const api = new Api(request);
    await api.session();
    await api.upload('c1', new File(['x'], 'x.txt', { type: 'text/plain' }));
    expect(calls.map((call) => call.url)).toEqual([
      '/api/session',
      '/api/contacts/c1/attachments',
      'https://files.test/put',
      '/api/contacts/c1/attachments/a1/complete',
    ]);
    expect(calls[2]?.init).toMatchObject({ method: 'PUT', credentials: 'omit', headers: { 'x-grant': 'g' } });
  });

  it('tells once and for all that the session is over', async () => {
    const { request } = serverWith([401, { error: { code: 'not-signed-in', message: 'sign in' } }]);
    let isOver = false;
    const api = new Api(request, () => (isOver = true));
    await expect(api.contacts({ limit: 1 })).rejects.toMatchObject({ code: 'not-signed-in', status: 401 });
    expect(isOver).toBe(true);
  });

  it('a refused sign-in does not end anything', async () => {
    const { request } = serverWith([401, { error: { code: 'sign-in-refused', message: '' } }]);
    let isOver = false;
    const api = new Api(request, () => (isOver = true));
    await expect(api.signIn({ username: 'a', password: 'b' })).rejects.toMatchObject({ code: 'sign-in-refused' });
    expect(isOver).toBe(false);
  });

  it('understands that something between here and the server answered', async () => {
    const request = (() => Promise.resolve(new Response('<html>', { status: 502 }))) as typeof fetch;
    await expect(new Api(request).session()).rejects.toMatchObject({ code: 'unexpected', status: 502 });
    const offline = (() => Promise.reject(new TypeError('network'))) as typeof fetch;
    await expect(new Api(offline).session()).rejects.toBeInstanceOf(ApiError);
  });
});
