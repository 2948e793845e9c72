import { describe, expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { World } from "../world.js";

describe("a server with a password", () => {
  test("wants it before anything else", () => {
    const world = new World();
    world.server("r1", { config: ["requirepass secret"] });
    const client = world.client("r1");

    expect(client.ask("PING")).toBe("-NOAUTH Authentication required.");
    expect(client.ask("AUTH", "wrong")).toBe(
      "-WRONGPASS invalid username-password pair or user is disabled.",
    );
    expect(client.ask("AUTH", "secret")).toBe("+OK");
    expect(client.ask("PING")).toBe("+PONG");
  });

  test("that is set at run time spares who is in already", () => {
    const world = new World();
    world.server("r1");
    const early = world.client("r1");
    early.ask("CONFIG", "SET", "requirepass", "secret");
    const late = world.client("r1");

    expect(early.ask("PING")).toBe("+PONG");
    expect(late.ask("PING")).toBe("-NOAUTH Authentication required.");
  });
});

describe("an ACL user", () => {
  // redis.io, Sentinel: the user that a Sentinel needs on its servers.
  test("for Sentinel may do what Sentinel does and nothing else", () => {
    const world = new World();
    world.server("r1");
    const admin = world.client("r1");
    const rules = [
      "on >pw allchannels +multi +slaveof +ping +exec +subscribe +config|rewrite",
      "+role +publish +info +client|setname +client|kill +script|kill",
    ];
    expect(admin.ask("ACL", "SETUSER", "sentinel", ...rules.join(" ").split(" "))).toBe("+OK");

    const client = world.client("r1");
    expect(client.ask("AUTH", "sentinel", "pw")).toBe("+OK");
    expect(client.ask("PING")).toBe("+PONG");
    expect(client.ask("CLIENT", "SETNAME", "s")).toBe("+OK");
    expect(client.ask("CLIENT", "LIST")).toBe(
      "-NOPERM this user has no permissions to run the 'client|list' command",
    );
    expect(client.ask("GET", "k")).toBe(
      "-NOPERM this user has no permissions to run the 'get' command",
    );
    expect(client.ask("PUBLISH", "c", "m")).toBe(":0");
  });

  test("is described as it would be written to redis.conf", () => {
    const world = new World();
    world.server("r1", { version: "6.2" });
    const client = world.client("r1");

    expect(client.ask("ACL", "LIST")).toBe('["user default on nopass ~* &* +@all"]');
    expect(client.ask("ACL", "WHOAMI")).toBe('"default"');
    expect(client.ask("ACL", "SETUSER", "bob", "+nosuch|", "on")).toMatch(
      /^-ERR Error in ACL SETUSER modifier '\+nosuch\|'/,
    );
    expect(client.ask("ACL", "USERS")).toBe('["default"]');
  });
});

// Redis 7.0.15: ACLFreeUserAndKillClients(), CLIENT_CLOSE_AFTER_COMMAND; tests/sentinel, 03-runtime-reconf.
describe("a deleted user's client", () => {
  test("is closed, but gets its reply first where the command was its own", () => {
    const world = new World();
    world.server("r1");
    const own = world.client("r1");
    const other = world.client("r1");
    own.ask("ACL", "SETUSER", "eve", "on", ">pw", "+@all");
    own.ask("AUTH", "eve", "pw");
    other.ask("AUTH", "eve", "pw");

    expect(own.ask("ACL", "DELUSER", "eve", "nobody")).toBe(":1");
    world.run(milliseconds(1));

    expect(own.closed).toBe("fin");
    expect(other.closed).toBe("fin");
    // To its AUTH.
    expect(other.replies()).toEqual(["+OK"]);
  });
});
