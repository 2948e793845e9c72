/** Real sockets that behave badly, on every kind of port; what they send is in hostile.prop.test.ts. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Peer } from "./peer.js";
import { Served } from "./served.js";

const folder = resolve(import.meta.dirname, "../data/fuzz");
const corpus = readdirSync(folder)
  .toSorted()
  .map((name) => readFileSync(resolve(folder, name), "latin1"));
const ports = ["r1", "s1", "control"] as const;

let served: Served;
const peers: Peer[] = [];

function peer(name: string): Peer {
  const made = new Peer(served.at(name));
  peers.push(made);
  return made;
}

async function goesOn(name: string): Promise<void> {
  expect(await peer(name).ask("PING").reply("\r\n")).toBe("+PONG\r\n");
}

beforeAll(async () => {
  served = await Served.start(["kill-master", "--bare", "--settle", "--speed", "5"]);
});

afterEach(() => {
  for (const { socket } of peers.splice(0)) socket.destroy();
});

afterAll(async () => {
  // It has not crashed meanwhile, and no law was broken.
  expect(await served.stop()).toBe(0);
});

describe.each(ports)("the port of %s", (name) => {
  test("goes on after all that nobody should send, and after its senders are gone", async () => {
    for (const bytes of corpus) {
      peer(name).send(bytes);
      peer(name).send(bytes).socket.end();
      peer(name)
        .send(bytes.slice(0, bytes.length >> 1))
        .socket.resetAndDestroy();
    }

    await goesOn(name);
  });

  test("goes on after two thousand connections were opened and dropped", async () => {
    for (let i = 0; i < 2_000; i++) {
      const client = peer(name);
      client.socket.once("connect", () => {
        if (i % 2 === 0) client.socket.destroy();
        else client.socket.resetAndDestroy();
      });
      // A backlog is not without end.
      if (i % 100 === 99) await client.until(({ socket }) => socket.destroyed);
    }

    await goesOn(name);
  });

  test("serves others while somebody writes byte by byte", async () => {
    const slow = peer(name);
    for (const byte of "*1\r\n$4\r\nPING\r\n") {
      slow.send(byte);
      await goesOn(name);
    }

    expect(await slow.reply("\r\n")).toBe("+PONG\r\n");
  });
});

describe("a client that never reads", () => {
  test("does not hold up others, and gets all of it once it reads", async () => {
    const value = "x".repeat(64 * 1024);
    await peer("r1").ask("SET", "big", value).reply("\r\n");
    const deaf = peer("r1");
    deaf.socket.pause();
    for (let i = 0; i < 300; i++) deaf.ask("GET", "big");
    await goesOn("r1");
    await goesOn("r1");
    deaf.socket.resume();

    const length = 300 * (value.length + 10);
    const text = await deaf.until((each) => each.text.length >= length || each.isClosed);
    expect(text.length).toBe(length);
  });

  test("gets no more of the control port's answers than it takes", async () => {
    const deaf = peer("control");
    deaf.socket.pause();
    const asked = "*2\r\n$6\r\nREDSIM\r\n$4\r\nHELP\r\n".repeat(20_000);
    deaf.send(asked);
    await goesOn("control");
    deaf.socket.resume();
    await deaf.until(({ text }) => text.split("REDSIM <subcommand>").length > 20_000);

    await goesOn("control");
  });
});
