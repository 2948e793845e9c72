/**
 * A node's connection to a real program: made for it by the gateway, from the node's own address where
 * that is one of loopback, so that both see each other at their true addresses. What becomes of it is
 * told to the run, and until then the node is connecting.
 */
import { connect, type Socket } from "node:net";
import type { Address, DialAnswer } from "../kernel/actor.js";

export function dial(to: Address, from: Address, answered: (how: DialAnswer) => void): Socket {
  const isLocal = to.ip.startsWith("127.") && from.ip.startsWith("127.");
  const socket = connect({
    host: to.ip,
    port: to.port,
    allowHalfOpen: true,
    ...(isLocal ? { localAddress: from.ip } : {}),
  });
  const failed = ({ code }: NodeJS.ErrnoException) => answered(answerOf(code));
  socket.once("error", failed);
  socket.once("connect", () => {
    socket.off("error", failed);
    answered("accepted");
  });
  return socket;
}

function answerOf(code: string | undefined): DialAnswer {
  switch (code) {
    case "ETIMEDOUT":
      return "timeout";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return "unreachable";
    default:
      return "refused";
  }
}
