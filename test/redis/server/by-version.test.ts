/** What a client is told by one release and not by another, as real ones of 6.2.1, 7.0.15 and 7.2.4 say it. */
import { describe, expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { type Version, versions } from "../../../src/redis/version.js";
import { encode } from "../../../src/redis/wire/encode.js";
import { World } from "../world.js";

function clientOf(version: Version, ...config: string[]) {
  const world = new World();
  world.server("r1", { version, config });
  return world.client("r1");
}

const longMax = "9223372036854775807";

describe("an expiry time beyond 64 bits", () => {
  // expireGenericCommand()
  test("is found too late by 6.2, where it is one of the past, and refused from 7.0 on", () => {
    for (const version of versions) {
      const client = clientOf(version);
      client.ask("SET", "k", "v");

      expect(client.ask("EXPIRE", "k", longMax)).toBe(
        version === "6.2" ? ":1" : "-ERR invalid expire time in 'expire' command",
      );
      expect(client.ask("EXISTS", "k")).toBe(version === "6.2" ? ":0" : ":1");
    }
  });

  test("that turns its sign is refused by 6.2 too", () => {
    const client = clientOf("6.2");

    expect(client.ask("PEXPIRE", "k", longMax)).toBe("-ERR invalid expire time in pexpire");
    expect(client.ask("EXPIREAT", "k", "-9223372036854775807")).toBe(
      "-ERR invalid expire time in expireat",
    );
    expect(client.ask("SET", "k", "v", "EX", longMax)).toBe("-ERR invalid expire time in set");
  });
});

describe("an error that names what a client sent", () => {
  // addReplyErrorFormat(): %s
  test("ends that word at a NUL", () => {
    const client = clientOf("7.0");

    expect(client.ask("FOO", "a\0b", "c")).toBe(
      "-ERR unknown command 'FOO', with args beginning with: 'a' 'c' ",
    );
    expect(client.ask("CONFIG", "SET", "x\0y", "1")).toBe(
      "-ERR Unknown option or number of arguments for CONFIG SET - 'x'",
    );
    expect(client.ask("HELLO", "3", "x\0y")).toBe("-ERR Syntax error in HELLO option 'x'");
    expect(client.ask("CLIENT", "x\0y")).toBe("-ERR unknown subcommand 'x'. Try CLIENT HELP.");
  });
});

// processCommand(): the arity of the table comes before MULTI's queue.
test("EXPIRE takes no condition in 6.2, where it spoils a transaction", () => {
  const client = clientOf("6.2");
  client.ask("MULTI");

  expect(client.ask("EXPIRE", "k", "1", "NX")).toBe(
    "-ERR wrong number of arguments for 'expire' command",
  );
  expect(client.ask("EXEC")).toBe("-EXECABORT Transaction discarded because of previous errors.");
});

test("SELECT wants a number, and one of 32 bits, in every release", () => {
  for (const version of versions) {
    const client = clientOf(version);

    expect(client.ask("SELECT", "x")).toBe("-ERR value is not an integer or out of range");
    expect(client.ask("SELECT", "99999999999")).toBe(
      "-ERR value is out of range, value must between -2147483648 and 2147483647",
    );
    expect(client.ask("SELECT", "16")).toBe("-ERR DB index is out of range");
  }
});

test("a string that grows too long is refused in the same words by all", () => {
  for (const version of versions)
    expect(clientOf(version).ask("SETRANGE", "k", "536870912", "v")).toBe(
      "-ERR string exceeds maximum allowed size (proto-max-bulk-len)",
    );
});

// getRangeLongFromObjectOrReply()
test("WAITAOF tells a number out of range from what is no number", () => {
  const client = clientOf("7.2");

  expect(client.ask("WAITAOF", "x", "0", "0")).toBe("-ERR value is not an integer or out of range");
  expect(client.ask("WAITAOF", "2", "0", "0")).toBe(
    "-ERR value is out of range, value must between 0 and 1",
  );
  expect(client.ask("WAITAOF", "0", "-1", "0")).toBe(
    "-ERR value is out of range, must be positive",
  );
});

describe("HELLO", () => {
  // helloCommand()
  test("obeys AUTH as it meets it until 7.0, and 7.2 reads all options first", () => {
    for (const version of versions) {
      const client = clientOf(version, "requirepass secret");

      expect(client.ask("HELLO", "3", "AUTH", "default", "wrong", "x")).toBe(
        version === "7.2"
          ? "-ERR Syntax error in HELLO option 'x'"
          : "-WRONGPASS invalid username-password pair or user is disabled.",
      );
      const option = version === "7.2" ? "HELLO <proto> AUTH" : "HELLO AUTH";
      expect(client.ask("HELLO", "3", "SETNAME", "early")).toContain(`otherwise the ${option} `);
      client.ask("AUTH", "secret");
      expect(client.ask("CLIENT", "GETNAME")).toBe(version === "7.2" ? "nil" : '"early"');
    }
  });
});

// validateClientAttr()
test("a client's name may hold a NUL and what is behind it in 7.2 alone", () => {
  for (const version of versions)
    expect(clientOf(version).ask("CLIENT", "SETNAME", "a\0 b")).toBe(
      version === "7.2"
        ? "+OK"
        : "-ERR Client names cannot contain spaces, newlines or special characters.",
    );
});

describe("the stream of a transaction", () => {
  /** What a replica is sent for these commands. */
  function streamOf(version: Version, ...commands: string[][]): string {
    const world = new World();
    world.server("m", { version, config: ["repl-diskless-sync no"] });
    const replica = world.client("m");
    replica.sendBytes("PSYNC ? -1\r\n");
    world.run(seconds(3));
    replica.received.length = 0;
    const client = world.client("m");
    for (const command of commands) client.ask(...command);
    world.run(milliseconds(5));
    return replica.received.map(encode).join("");
  }

  // call() of 6.2: EXEC is propagated as any command is; propagatePendingCommands() of 7.0.
  test("ends in 6.2 with the client's own EXEC, in the database that it is in by then", () => {
    const commands = [["multi"], ["SET", "a", "1"], ["SET", "b", "2"], ["SELECT", "1"], ["exec"]];

    expect(streamOf("6.2", ...commands)).toMatch(
      /\r\nMULTI\r\n.*\r\n2\r\n\*2\r\n\$6\r\nSELECT\r\n\$1\r\n1\r\n\*1\r\n\$4\r\nexec\r\n$/s,
    );
    expect(streamOf("7.0", ...commands)).toMatch(/\r\n2\r\n\*1\r\n\$4\r\nEXEC\r\n$/);
  });
});

describe("INFO of 7.2", () => {
  test("tells of the event loop, of ACLs and of clients that wait for keys", () => {
    const client = clientOf("7.2", "requirepass secret");
    client.ask("AUTH", "wrong");
    client.ask("AUTH", "secret");
    const info = client.ask("INFO");

    expect(info).toContain("total_blocking_keys_on_nokey:0");
    expect(info).toContain("acl_access_denied_auth:1");
    expect(info).toMatch(/eventloop_cycles:[1-9]/);
    expect(clientOf("7.0").ask("INFO")).not.toMatch(/eventloop|acl_access|blocking_keys/);
  });
});

describe("HELP", () => {
  // addReplyHelp(), clientCommand()
  test("is worded by the release", () => {
    const help = (version: Version) => clientOf(version).ask("CLIENT", "HELP");

    expect(help("7.2")).toContain("Print this help.");
    expect(help("7.0")).toContain("Prints this help.");
    expect(help("6.2")).toContain("clients for <timout> milliseconds");
    expect(help("7.0")).not.toContain("TYPE (normal|");
  });
});

describe("COMMAND", () => {
  // addReplyFlagsForCommand(), populateCommandStructure()
  test("says what a container's subcommands may do of them alone, from 7.0 on", () => {
    expect(clientOf("6.2").ask("COMMAND", "INFO", "config")).toContain("admin");
    expect(clientOf("7.0").ask("COMMAND", "INFO", "config")).toMatch(
      /^\[\["config" :-2 \[\] :0 :0 :0 \[\+@slow\] /,
    );
    expect(clientOf("7.0").ask("COMMAND", "INFO", "replicaof")).toContain("no_async_loading");
    expect(clientOf("6.2").ask("COMMAND", "INFO", "publish")).toContain("may_replicate");
    expect(clientOf("7.0").ask("COMMAND", "INFO", "publish")).not.toContain("may_replicate");
    expect(clientOf("6.2").ask("COMMAND", "INFO", "multi")).not.toContain("allow_busy");
  });
});
