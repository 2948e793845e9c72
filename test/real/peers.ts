/** The two that the tests of a file compare: a real server of its own, and a simulated one. */
import { afterAll, beforeAll } from "vitest";
import { type Peer, realPeer, simulatedPeer } from "./peer.js";

export interface Peers {
  readonly real: Peer;
  readonly simulated: Peer;
}

/** Both are there from before the first test of the file until after the last. */
export function peersOfFile(): Peers {
  const peers = {} as { real: Peer; simulated: Peer };
  beforeAll(async () => {
    peers.real = await realPeer();
    peers.simulated = simulatedPeer();
  });
  afterAll(() => peers.real?.stop());
  return peers;
}
