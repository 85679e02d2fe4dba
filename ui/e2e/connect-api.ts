/** Amazon Connect's API as an administrator's program calls it: signed with the key that the demo has written. */

import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import type { Center } from './center.js';

/** UpdateContactFlowContent: chats that start from now on run through `content`. */
export async function updateChatFlow(center: Center, content: object): Promise<void> {
  const instance = center.variable('RINGFENCE_INSTANCE_ID');
  const flow = center.variable('RINGFENCE_CHAT_FLOW_ID');
  await post(center, `/contact-flows/${instance}/${flow}/content`, { Content: JSON.stringify(content) });
}

async function post(center: Center, path: string, content: object): Promise<void> {
  const url = new URL(path, center.variable('AWS_ENDPOINT_URL_CONNECT'));
  const body = JSON.stringify(content);
  const headers = { host: url.host, 'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, '') };
  const authorization = sign(center, { method: 'POST', path, headers, body });
  const ca = await readFile(center.authority);
  const [status, answer] = await new Promise<[number | undefined, string]>((resolve, reject) => {
    const call = request(url, { method: 'POST', ca, headers: { ...headers, authorization } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve([response.statusCode, text]));
    });
    call.once('error', reject);
    call.end(body);
  });
  if (status !== 200) throw new Error(`${path} answered ${status ?? 'nothing'}: ${answer}`);
}

interface Unsigned {
  method: string;
  path: string;
  headers: { host: string; 'x-amz-date': string };
  body: string;
}

/** AWS Signature Version 4. */
function sign(center: Center, { method, path, headers, body }: Unsigned): string {
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = [method, path, '', lines.join(''), names, sha256(body)].join('\n');
  const time = headers['x-amz-date'];
  const scope = [time.slice(0, 8), center.variable('AWS_DEFAULT_REGION'), 'connect', 'aws4_request'];
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const secret = Buffer.from(`AWS4${center.variable('AWS_SECRET_ACCESS_KEY')}`);
  const key = scope.reduce<Buffer>(hmac, secret);
  const credential = `${center.variable('AWS_ACCESS_KEY_ID')}/${scope.join('/')}`;
  return `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${hmac(key, toSign).toString('hex')}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
