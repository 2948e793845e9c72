import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../../src/testing.js";
import { Peer } from "./peer.js";

let cluster: Cluster;
const peers: Peer[] = [];

function peer(node: string): Peer {
  const made = new Peer(cluster.address(node));
  peers.push(made);
  return made;
}

beforeAll(async () => {
  cluster = await startCluster({ speed: 20 });
});

afterAll(async () => {
  for (const { socket } of peers) socket.destroy();
  await cluster.stop();
});

describe("a real connection to a simulated server", () => {
  test("speaks inline and RESP2, and is answered in order however its bytes are cut", async () => {
    const client = peer("r1");
    client.send("SET greeting hello\r\nGET greeting\r\n*2\r\n$3\r\nGE");
    await client.until(({ text }) => text.includes("hello"));
    client.send("T\r\n$8\r\ngreet").send("ing\r\nPING\r\n");

    expect(await client.reply("+PONG\r\n")).toBe("+OK\r\n$5\r\nhello\r\n$5\r\nhello\r\n+PONG\r\n");
  });

  test("speaks RESP3 once it has said HELLO 3", async () => {
    const client = peer("r1");
    client.ask("HELLO", "3");
    await client.until(({ text }) => text.includes("modules"));
    client.text = "";
    client.ask("HSET", "card", "name", "ada").ask("HGETALL", "card").ask("PING");

    expect(await client.reply("+PONG\r\n")).toBe(
      ":1\r\n%1\r\n$4\r\nname\r\n$3\r\nada\r\n+PONG\r\n",
    );
  });

  test("has its transaction, and hears what is published", async () => {
    const [subscriber, client] = [peer("r1"), peer("r1")];
    subscriber.ask("SUBSCRIBE", "news");
    expect(await subscriber.reply(":1\r\n")).toBe("*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    client.ask("MULTI").ask("INCR", "n").ask("PUBLISH", "news", "extra").ask("EXEC");

    expect(await client.reply(":1\r\n:1\r\n")).toBe(
      "+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:1\r\n:1\r\n",
    );
    expect(await subscriber.reply("extra\r\n")).toBe(
      "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nextra\r\n",
    );
  });

  test("carries a value of several megabytes both ways, to the byte", async () => {
    const value = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))
      .join("")
      .repeat(24 * 1024);
    const client = peer("r1");
    client.ask("SET", "big", value);
    expect(await client.reply("+OK\r\n")).toBe("+OK\r\n");
    client.ask("GET", "big");
    const reply = await client.until(({ text }) => text.length >= value.length + 12);

    expect(reply === `$${value.length}\r\n${value}\r\n`).toBe(true);
  });

  test("is answered what it asked for before it closed its sending half", async () => {
    const client = peer("r1");
    client.send("SET last word\r\nGET last\r\n");
    client.socket.end();
    await client.until(({ isClosed }) => isClosed);

    expect(client.text).toBe("+OK\r\n$4\r\nword\r\n");
  });

  // processMultibulkBuffer(), processInlineBuffer()
  test.each([
    ["*1\r\n$-5\r\n", "-ERR Protocol error: invalid bulk length\r\n"],
    ["*99999999999\r\n", "-ERR Protocol error: invalid multibulk length\r\n"],
    ["*1\r\n!oops\r\n", "-ERR Protocol error: expected '$', got '!'\r\n"],
    ['SET "a\r\n', "-ERR Protocol error: unbalanced quotes in request\r\n"],
  ])("that says %j is told Redis's own error, and closed", async (bytes, said) => {
    const client = peer("r2").send(bytes);
    await client.until(({ isClosed }) => isClosed);

    expect(client.text).toBe(said);
  });

  test("may be opened and dropped by the hundred, at any point of a request", async () => {
    for (let i = 0; i < 400; i++) {
      const client = peer(i % 2 === 0 ? "r3" : "s1").send(
        "*2\r\n$4\r\nINFO\r\n$900\r\nxy".slice(0, i % 24),
      );
      if (i % 3 === 0) client.socket.resetAndDestroy();
      else client.socket.destroy();
    }
    const client = peer("r3").ask("PING");

    expect(await client.reply("+PONG\r\n")).toBe("+PONG\r\n");
  });
});

describe("a fault, seen from outside", () => {
  test("a paused node lets one connect, and answers once it resumes", async () => {
    cluster.pause("r3");
    const client = peer("r3").ask("PING");
    const before = cluster.time;
    await client.until(() => cluster.time > before + 500);
    expect(client.text).toBe("");
    cluster.resume("r3");

    expect(await client.reply("+PONG\r\n")).toBe("+PONG\r\n");
  });

  test("a node that is cut off is silent, and goes on after the heal", async () => {
    const client = peer("r3").ask("PING");
    await client.reply("+PONG\r\n");
    cluster.cut("r3");
    client.ask("PING");
    const before = cluster.time;
    await client.until(() => cluster.time > before + 500);
    expect(client.text).toBe("");
    cluster.heal();

    expect(await client.reply("+PONG\r\n")).toBe("+PONG\r\n");
  });

  test("a killed node closes its connections and refuses new ones until it runs again", async () => {
    const client = peer("r3").ask("PING");
    await client.reply("+PONG\r\n");
    cluster.kill("r3");
    await client.until(({ isClosed }) => isClosed);
    const late = peer("r3");
    await late.until(({ isClosed }) => isClosed);
    expect(late.error).toBe("ECONNREFUSED");
    cluster.restart("r3");
    let again = peer("r3").ask("PING");
    // It starts, and what comes before it listens is reset; then it loads its data.
    while ((await again.reply("\r\n")) !== "+PONG\r\n") again = peer("r3").ask("PING");
  });
});
