import { beforeEach, describe, expect, it } from 'vitest';
import { FakeEnvironment } from '../testing/fake-environment.js';
import {
  CONNECT_TIMEOUT_MS,
  Connection,
  PING_INTERVAL_MS,
  PONG_TIMEOUT_MS,
  PROBE_TIMEOUT_MS,
  TICK_MS,
  type ConnectionState,
} from './connection.js';

describe('connection', () => {
  let environment: FakeEnvironment;
  let states: ConnectionState[];
  let connection: Connection;

  beforeEach(() => {
    environment = new FakeEnvironment();
    states = [];
    connection = new Connection(() => environment.openSocket('wss://test'), { type: 'ping' }, environment, {
      onState: (state) => states.push(state),
      onText: () => undefined,
      onTick: () => undefined,
    });
    connection.start();
  });

  const open = (): void => environment.socket.onopen?.();

  it('pings every ten seconds and lives on while something comes back', () => {
    open();
    for (let round = 1; round <= 12; round += 1) {
      environment.pass(PING_INTERVAL_MS);
      expect(environment.socket.sentOf('ping')).toHaveLength(round);
      environment.socket.receive({ type: 'pong', serverTime: 0 });
    }
    expect(environment.sockets).toHaveLength(1);
  });

  it('connects again when a ping stays unanswered for 25 seconds after the last sign of life', () => {
    open();
    const dead = environment.socket;
    environment.pass(PING_INTERVAL_MS + PONG_TIMEOUT_MS - TICK_MS);
    expect(dead.isClosed).toBe(false);
    environment.pass(TICK_MS);
    expect(dead.isClosed).toBe(true);
    environment.pass(TICK_MS);
    expect(environment.sockets).toHaveLength(2);
  });

  it('a dead socket that reports its end late does not disturb its successor', () => {
    open();
    const dead = environment.socket;
    const lateReport = dead.onclose;
    dead.fail();
    environment.pass(TICK_MS);
    open();
    lateReport?.({ code: 1006 });
    dead.onclose?.({ code: 1006 });
    expect(connection.state.phase === 'open' || connection.state.phase === 'waiting').toBe(true);
    expect(dead.onclose).toBeNull();
  });

  it('waits longer after each failure, at most 30 seconds', () => {
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure += 1) {
      environment.socket.fail();
      const state = connection.state;
      if (state.phase !== 'waiting') throw new Error(state.phase);
      waits.push(state.retryAt - environment.time);
      environment.pass(state.retryAt - environment.time);
    }
    expect(waits).toEqual([0, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  });

  it('starts over with short waits after a connection that held', () => {
    for (let failure = 0; failure < 5; failure += 1) {
      environment.socket.fail();
      environment.pass(30_000);
    }
    open();
    environment.pass(6_000);
    environment.socket.fail();
    expect(connection.state).toMatchObject({ phase: 'waiting', retryAt: environment.time });
  });

  it('notices by the gap of the clock that the machine slept, and probes at once', () => {
    open();
    const before = environment.socket;
    environment.sleep(3_600_000);
    environment.pass(TICK_MS);
    expect(before.sentOf('ping')).toHaveLength(1);
    environment.pass(PROBE_TIMEOUT_MS + TICK_MS);
    expect(before.isClosed).toBe(true);
  });

  it('keeps a connection that survived the sleep', () => {
    open();
    environment.sleep(60_000);
    environment.pass(TICK_MS);
    environment.socket.receive({ type: 'pong', serverTime: 0 });
    environment.pass(PROBE_TIMEOUT_MS + TICK_MS);
    expect(environment.sockets).toHaveLength(1);
    expect(connection.state.phase).toBe('open');
  });

  it('connects at once when the network is back, whatever the wait was', () => {
    for (let failure = 0; failure < 6; failure += 1) {
      environment.socket.fail();
      environment.pass(30_000);
    }
    environment.socket.fail();
    const before = environment.sockets.length;
    connection.wake();
    expect(environment.sockets).toHaveLength(before + 1);
    environment.pass(60_000);
    expect(connection.state.phase).not.toBe('stopped');
  });

  it('gives up a connection attempt that hangs', () => {
    const hanging = environment.socket;
    environment.pass(CONNECT_TIMEOUT_MS + 2 * TICK_MS);
    expect(hanging.isClosed).toBe(true);
    expect(environment.sockets).toHaveLength(2);
  });

  it.each([
    [4401, 'signed-out'],
    [4403, 'not-permitted'],
    [4409, 'replaced'],
  ])('stays away after close code %i', (code, reason) => {
    open();
    environment.socket.fail(code);
    environment.pass(120_000);
    expect(environment.sockets).toHaveLength(1);
    expect(connection.state).toEqual({ phase: 'stopped', reason });
  });

  it('waits at least five seconds after flooding', () => {
    open();
    environment.socket.fail(4429);
    environment.pass(4_999);
    expect(environment.sockets).toHaveLength(1);
    environment.pass(1);
    expect(environment.sockets).toHaveLength(2);
  });
});
