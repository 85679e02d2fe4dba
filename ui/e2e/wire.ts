/** The network between a browser and the center: it can be cut, and mended. */

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Center } from './center.js';

export class Wire {
  readonly #open = new Set<Socket>();
  readonly #server: Server;
  #isCut = false;

  private constructor(private readonly centerPort: number) {
    this.#server = createServer((socket) => this.#carry(socket));
  }

  static async lay(center: Center): Promise<Wire> {
    const wire = new Wire(Number(new URL(center.url).port));
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  /** Makes Chromium reach the center over this wire, under its own name and port. */
  get flag(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `--host-resolver-rules=MAP localhost:${this.centerPort} 127.0.0.1:${port}`;
  }

  /** Breaks all connections, and every new one until it is mended. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #carry(near: Socket): void {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.centerPort, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      this.#open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#open.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
