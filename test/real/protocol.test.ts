/** What comes malformed, inline or in pieces, subscriptions, and keys that expire by themselves. */
import { describe, expect, test } from "vitest";
import type { Peer } from "./peer.js";
import { peersOfFile } from "./peers.js";

const peers = peersOfFile();

async function bothSay(...pieces: string[]): Promise<void> {
  expect(await peers.simulated.converse(pieces)).toEqual(await peers.real.converse(pieces));
}

describe("bytes that are no request, or hardly one, get a real server's answer", () => {
  // processInlineBuffer(), processMultibulkBuffer(), setProtocolError(), sdssplitargs().
  test.each([
    ["an inline command", "PING\r\n"],
    ["inline without a carriage return", "ping\n"],
    ["inline with quotes", "ECHO \"a\\x41\\n b\"\r\nECHO 'it\\'s'\r\n"],
    ["inline with quotes that are not balanced", 'ECHO "abc\r\n'],
    ["inline with text right after a quote", 'ECHO "a"b\r\n'],
    ["empty lines", "\r\n\r\n\nPING\r\n"],
    ["blanks only", "   \r\nPING\r\n"],
    ["requests of no arguments", "*0\r\n*-1\r\nPING\r\n"],
    ["an unknown command with line breaks", "*2\r\n$4\r\nFO\r\n\r\n$3\r\na\nb\r\n"],
    ["a count that is no number", "*x\r\n"],
    ["a count too large", "*1048577\r\n"],
    ["a count beyond 64 bits", "*99999999999999999999\r\n"],
    ["an argument without a dollar", "*1\r\n:4\r\n"],
    ["a length that is no number", "*1\r\n$x\r\n"],
    ["a negative length", "*1\r\n$-1\r\n"],
    ["a length too large", "*1\r\n$536870913\r\n"],
    ["an inline command longer than 64 KB", "x".repeat(70_000)],
    ["a count longer than 64 KB", `*${"1".repeat(70_000)}`],
    ["QUIT and what comes after it", "PING\r\nQUIT\r\nPING\r\n"],
    ["HTTP", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    ["HTTP that posts", "POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
  ])("%s", async (_, bytes) => {
    await bothSay(bytes);
  });

  test("a request in pieces, and several in one piece", async () => {
    await bothSay("*2\r\n$4\r\nEC", "HO\r\n$5\r\nhe", "llo\r", "\n", "PI", "NG\r\n");
    await bothSay("PING\r\nECHO a\r\n*1\r\n$4\r\nPING\r\nFOO\r\nGET\r\n");
  });
});

describe("a subscriber hears what it hears from a real server", () => {
  // subscribeCommand(), unsubscribeCommand(), pubsubPublishMessage(), resetCommand().
  test.each([
    ["subscribing and leaving", "SUBSCRIBE a b a\r\nUNSUBSCRIBE a x\r\nUNSUBSCRIBE b\r\nPING\r\n"],
    ["patterns", "PSUBSCRIBE a* b?\r\nPUNSUBSCRIBE b?\r\nPUNSUBSCRIBE a*\r\nPUNSUBSCRIBE\r\n"],
    ["leaving what was never joined", "UNSUBSCRIBE\r\nPUNSUBSCRIBE x\r\nPING\r\n"],
    [
      "what a subscriber may not do",
      "SUBSCRIBE a\r\nGET k\r\nPUBLISH a x\r\nPING\r\nPING x\r\nRESET\r\n",
    ],
    [
      "publishing to itself in RESP3",
      "HELLO 3 AUTH x y\r\nHELLO 3 x\r\nSUBSCRIBE a\r\nPSUBSCRIBE *\r\nPUBLISH a x\r\n",
    ],
    ["QUIT", "SUBSCRIBE a\r\nQUIT\r\n"],
    ["subscribing in a transaction", "MULTI\r\nSUBSCRIBE a b\r\nPING\r\nEXEC\r\n"],
  ])("%s", async (_, bytes) => {
    await bothSay(bytes);
  });
});

describe("replicas are told of expiry as by a real server", () => {
  async function told(peer: Peer, activeExpiry: string, touch: readonly string[]): Promise<string> {
    await peer.ask(0, ["FLUSHALL"]);
    await peer.ask(0, ["DEBUG", "SET-ACTIVE-EXPIRE", activeExpiry]);
    await peer.ask(0, ["SET", "k", "v", "PX", "30"]);
    await peer.ask(0, ["SET", "other", "v", "PX", "30"]);
    await peer.wait(400);
    const reply = await peer.ask(0, touch);
    await peer.ask(0, ["PUBLISH", "mark", "seen"]);
    const stream = (await peer.stream("seen")).replaceAll(/\d{13}/g, "<moment>");
    // Which of the two is found first is up to the hash table.
    return `${reply}${stream.replaceAll(/DEL\r\n(\$5\r\nother|\$1\r\nk)/g, "DEL of a key")}`;
  }

  // activeExpireCycle(), deleteExpiredKeyAndPropagate(), expireIfNeeded().
  test.each([
    ["of keys that nobody touches, when the cycle finds them", "1", ["PING"]],
    ["of a key that is read, then", "0", ["GET", "k"]],
    ["of a key that is written, before the write", "0", ["APPEND", "k", "w"]],
    ["of a key that is replaced, not at all", "0", ["SET", "k", "w"]],
    ["of a key that is deleted, before nothing", "0", ["DEL", "k"]],
    ["of a key that is renamed, before the error", "0", ["RENAME", "k", "l"]],
    ["of a key that a listing hides, not yet", "0", ["KEYS", "*"]],
    ["of two keys that a random draw finds, then, one by one", "0", ["RANDOMKEY"]],
    ["of two keys that a scan finds, then, one by one", "0", ["SCAN", "0"]],
    ["of two keys that are read, between MULTI and EXEC", "0", ["MGET", "k", "other"]],
  ])("%s", async (_, activeExpiry, touch) => {
    const [theirs, ours] = [peers.real, peers.simulated].map((peer) =>
      told(peer, activeExpiry, touch),
    );

    expect(await ours).toBe(await theirs);
  });
});
