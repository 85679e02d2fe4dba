/** A customer's telephone: SIPp signals, this sends and hears the audio. */

import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket as TcpSocket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Center } from './center.js';
import { decodeSample, encodeSample, FRAME_SAMPLES, loudness, SAMPLE_RATE, shareOf, toneSample } from './sound.js';

export type Transport = 'UDP' | 'TCP' | 'TLS';

export const LOOPBACK = '127.0.0.1';
const FRAME_MS = 20;
const ALAW = 8;
const EVENTS = 101;
/** A key is held for so many packets, and its end is said three times (RFC 4733, 2.5.1.4). */
const KEY_PACKETS = 6;
const KEY_ENDS = 3;
const EVENT_VOLUME = 10;
const KEYS = '0123456789*#';
/** As much as is judged: half a second. */
export const HEARD_SAMPLES = SAMPLE_RATE / 2;

/** One end of RTP, in clear: it answers to wherever it hears from first. */
class AudioLine {
  readonly #socket: Socket;
  readonly #heard: number[] = [];
  #peer: RemoteInfo | undefined;
  #timer: NodeJS.Timeout | undefined;
  #began = 0;
  #sent = 0;
  #sequence = 1;
  #packets = 0;
  readonly #keys: number[] = [];
  #keyPackets = 0;
  #keyTimestamp = 0;

  private constructor(
    socket: Socket,
    private readonly hertz: number,
  ) {
    this.#socket = socket;
    socket.on('message', (packet, from) => this.#receive(packet, from));
  }

  static async open(hertz: number): Promise<AudioLine> {
    const socket = createSocket('udp4');
    socket.bind(0, LOOPBACK);
    await once(socket, 'listening');
    return new AudioLine(socket, hertz);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** How many packets have come. */
  get packets(): number {
    return this.#packets;
  }

  press(keys: string): void {
    this.#keys.push(...Array.from(keys, (key) => KEYS.indexOf(key)));
  }

  /** Which part of what was heard last is this tone, from 0 to 1. */
  hears(hertz: number): number {
    return shareOf(this.#heard, hertz);
  }

  /** How loud it was of late. */
  loudness(): number {
    return loudness(this.#heard);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#socket.close();
  }

  #receive(packet: Buffer, from: RemoteInfo): void {
    // RTCP shares the port.
    const type = packet.readUInt8(1) & 0x7f;
    if (type !== ALAW || packet.length !== 12 + FRAME_SAMPLES) return;
    if (this.#peer === undefined) {
      this.#peer = from;
      this.#began = performance.now();
      this.#timer = setInterval(() => this.#catchUp(), FRAME_MS / 2);
    }
    this.#packets += 1;
    for (const code of packet.subarray(12)) this.#heard.push(decodeSample(code));
    this.#heard.splice(0, Math.max(0, this.#heard.length - HEARD_SAMPLES));
  }

  #catchUp(): void {
    while (performance.now() - this.#began >= this.#sent * FRAME_MS) this.#send();
  }

  #send(): void {
    const timestamp = this.#sent * FRAME_SAMPLES;
    this.#sent += 1;
    const key = this.#keys[0];
    if (key !== undefined) {
      this.#sendKey(key, timestamp);
      return;
    }
    const audio = Array.from({ length: FRAME_SAMPLES }, (_, at) => encodeSample(toneSample(this.hertz, timestamp + at)));
    this.#packet(ALAW, timestamp, false, Buffer.from(audio));
  }

  #sendKey(key: number, timestamp: number): void {
    if (this.#keyPackets === 0) this.#keyTimestamp = timestamp;
    const isOver = this.#keyPackets >= KEY_PACKETS;
    const held = Math.min(this.#keyPackets + 1, KEY_PACKETS) * FRAME_SAMPLES;
    const event = Buffer.from([key, (isOver ? 0x80 : 0) | EVENT_VOLUME, held >> 8, held & 0xff]);
    this.#packet(EVENTS, this.#keyTimestamp, this.#keyPackets === 0, event);
    this.#keyPackets += 1;
    if (this.#keyPackets < KEY_PACKETS + KEY_ENDS) return;
    this.#keyPackets = 0;
    this.#keys.shift();
  }

  #packet(type: number, timestamp: number, isMarked: boolean, payload: Buffer): void {
    const header = Buffer.alloc(12);
    header.writeUInt8(0x80, 0);
    header.writeUInt8(type | (isMarked ? 0x80 : 0), 1);
    header.writeUInt16BE(this.#sequence++ & 0xffff, 2);
    header.writeUInt32BE(timestamp >>> 0, 4);
    header.writeUInt32BE(0x52464e43, 8);
    if (this.#peer !== undefined) this.#socket.send(Buffer.concat([header, payload]), this.#peer.port, this.#peer.address);
  }
}

/** A telephone that has called the center's number. */
export interface Telephone {
  /** Whether the line is open. */
  hasHeard: () => Promise<boolean>;
  /** Which part of what was heard last is this tone, from 0 to 1. */
  hears: (hertz: number) => Promise<number>;
  /** How loud it was of late. */
  loudness: () => Promise<number>;
  press: (keys: string) => void;
  /** Waits until the other side has hung up; fails where the call went otherwise. */
  hungUp: () => Promise<void>;
  /** Ends it, however far it has come. */
  close: () => Promise<void>;
}

/** Calls the center's number with SIPp and says a tone all the time. */
export async function callBySipp(center: Center, transport: Transport, hertz: number): Promise<Telephone> {
  const audio = await AudioLine.open(hertz);
  const scenario = join(center.folder, `call-${transport}-${audio.port}.xml`);
  await writeFile(scenario, inviteScenario(transport));
  const tunnel = transport === 'TLS' ? await openTunnel(center) : undefined;
  const target = tunnel === undefined ? center.variable('RINGFENCE_SIP_ADDRESS') : `${LOOPBACK}:${portOf(tunnel)}`;
  const sipp = spawn('sipp', [
    target,
    ...['-sf', scenario, '-s', center.variable('RINGFENCE_PHONE_NUMBER')],
    ...['-key', 'media', String(audio.port), '-i', LOOPBACK, '-m', '1', '-nostdin', '-timeout', '100'],
    ...['-t', transport === 'UDP' ? 'u1' : 't1', '-trace_err', '-error_file', `${scenario}.errors`],
  ], { stdio: 'ignore', env: { ...process.env, TERM: 'dumb' } });
  return {
    hasHeard: () => Promise.resolve(audio.packets > 0),
    hears: (wanted) => Promise.resolve(audio.hears(wanted)),
    loudness: () => Promise.resolve(audio.loudness()),
    press: (keys) => audio.press(keys),
    hungUp: async () => {
      const code = await exitOf(sipp);
      if (code === 0) return;
      const errors = await readFile(`${scenario}.errors`, 'utf8').catch(() => '');
      throw new Error(`SIPp ended with ${code}: ${errors}`);
    },
    close: async () => {
      sipp.kill('SIGKILL');
      await exitOf(sipp);
      tunnel?.close();
      audio.close();
    },
  };
}

export async function exitOf(process: ChildProcess): Promise<number | NodeJS.Signals> {
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
  return process.exitCode ?? process.signalCode ?? 'SIGKILL';
}

/** Debian's SIPp knows no TLS: it speaks TCP to this, and this TLS to the center. */
async function openTunnel(center: Center): Promise<Server> {
  const [host = LOOPBACK, port] = center.variable('RINGFENCE_SIP_TLS_ADDRESS').split(':');
  const ca = await readFile(center.authority);
  const tunnel = createServer((near: TcpSocket) => {
    const far = connectTls({ host, port: Number(port), ca, servername: 'localhost' });
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  tunnel.listen(0, LOOPBACK);
  await once(tunnel, 'listening');
  return tunnel;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const inviteScenario = (transport: Transport): string => `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a call that the other side ends">
  <send retrans="500"><![CDATA[
    INVITE sip:[service]@localhost SIP/2.0
    Via: SIP/2.0/${transport} [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 70
    From: <sip:+4915123456789@localhost>;tag=caller[call_number]
    To: <sip:[service]@localhost>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Contact: <sip:caller@[local_ip]:[local_port];transport=${transport.toLowerCase()}>
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=caller 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [local_ip]
    t=0 0
    m=audio [media] RTP/AVP ${ALAW} ${EVENTS}
    a=rtpmap:${ALAW} PCMA/8000
    a=rtpmap:${EVENTS} telephone-event/8000
    a=fmtp:${EVENTS} 0-15
    a=ptime:20
  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/${transport} [local_ip]:[local_port];branch=[branch]
    Max-Forwards: 70
    From: <sip:+4915123456789@localhost>;tag=caller[call_number]
    To: <sip:[service]@localhost>[peer_tag_param]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Content-Length: 0

  ]]></send>
  <recv request="BYE"/>
  <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
`;
