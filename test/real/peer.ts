/**
 * Two servers under comparison, the real and the simulated one, spoken to alike: two sessions each,
 * and a fake replica (PSYNC ? -1 on a bare connection) that keeps the bytes of the replication stream.
 */
import { milliseconds } from "../../src/kernel/time.js";
import { encode } from "../../src/redis/wire/encode.js";
import { type TestClient, World } from "../redis/world.js";
import { RealServer, type RealSession } from "./real-server.js";
import { debugAllowed, version } from "./release.js";

/** What both servers are configured with; no PING may come between the bytes of the stream. */
export const configuration: readonly string[] = [
  'save ""',
  "repl-diskless-sync no",
  "repl-ping-replica-period 3600",
  "repl-timeout 7200",
  ...debugAllowed,
];

export interface Peer {
  /** The bytes of the reply. */
  ask(session: number, args: readonly string[]): Promise<string>;
  /** What a new connection gets for these bytes, and whether the server closed it. */
  converse(
    pieces: readonly string[],
  ): Promise<{ readonly bytes: string; readonly closed: boolean }>;
  /** Lets so many milliseconds pass; the real server needs them for real. */
  wait(time: number): Promise<void>;
  /** Sets the clock right, where it is not the real one. */
  setClock(now: number): void;
  /** The bytes of the replication stream since the last call, up to the command that holds `mark`. */
  stream(mark: string): Promise<string>;
  stop(): Promise<void>;
}

const sessions = 2;

export async function realPeer(): Promise<Peer> {
  const server = await RealServer.start();
  const clients: RealSession[] = [];
  for (let i = 0; i < sessions; i++) clients.push(await server.session());
  const replica = await server.session();
  replica.send("PSYNC ? -1\r\n");
  let read = 0;
  await replica.until(() => {
    read = endOfSnapshot(replica.received);
    return read > 0;
  });
  return {
    ask: (session, args) => (clients[session] as RealSession).ask(...args),
    async converse(pieces) {
      const session = await server.session();
      for (const piece of pieces) {
        session.send(piece);
        await session.quiet(100);
      }
      const { received, closed } = session;
      session.close();
      return { bytes: received, closed };
    },
    wait: (time) => new Promise((resolve) => setTimeout(resolve, time)),
    setClock: () => undefined,
    async stream(mark) {
      await replica.until(() => replica.received.includes(mark, read));
      const bytes = replica.received.slice(read);
      read = replica.received.length;
      return bytes;
    },
    stop: () => server.stop(),
  };
}

export function simulatedPeer(): Peer {
  const world = new World("real", { epoch: Date.now() });
  world.server("r1", { version, config: configuration });
  const clients = Array.from({ length: sessions }, () => world.client("r1"));
  const replica = world.client("r1");
  replica.sendBytes("PSYNC ? -1\r\n");
  let received = "";
  const collect = (): void => {
    world.run(milliseconds(2));
    received += replica.received.splice(0).map(encode).join("");
  };
  for (let i = 0; i < 5_000 && endOfSnapshot(received) === 0; i++) collect();
  let read = endOfSnapshot(received);
  return {
    ask: async (session, args) => answer(world, clients[session] as TestClient, args),
    async converse(pieces) {
      const client = world.client("r1");
      for (const piece of pieces) {
        client.sendBytes(piece);
        world.run(milliseconds(5));
      }
      const closed = client.closed !== undefined;
      const bytes = client.received.map(encode).join("");
      world.simulation.inject({ kind: "kill", node: client.name, signal: "KILL" });
      return { bytes, closed };
    },
    wait: async (time) => world.run(milliseconds(time)),
    setClock(now) {
      const by = now - Math.floor(world.simulation.clockOf("r1") / 1_000);
      world.simulation.inject({ kind: "jump", host: "r1", by });
    },
    async stream(mark) {
      for (let i = 0; i < 1_000 && !received.includes(mark, read); i++) collect();
      const bytes = received.slice(read);
      read = received.length;
      return bytes;
    },
    stop: async () => undefined,
  };
}

function answer(world: World, client: TestClient, args: readonly string[]): string {
  client.received.length = 0;
  client.send(...args);
  for (let i = 0; i < 100 && client.received.length === 0; i++) world.run(milliseconds(1));
  return client.received.map(encode).join("");
}

/** `+FULLRESYNC <id> <offset>\r\n$<length>\r\n<length bytes>`; 0 until all of it is there. */
function endOfSnapshot(received: string): number {
  const header = /^\n*\+FULLRESYNC [0-9a-f]{40} \d+\r\n\n*\$(\d+)\r\n/.exec(received);
  if (header === null) return 0;
  const end = header[0].length + Number(header[1]);
  return received.length < end ? 0 : end;
}
