/** A date as C writes it, for the arguments that a Sentinel gives to its scripts and logs. */
import { civilDate, months, timeOfDay } from "../calendar.js";

const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** `ctime()` in UTC, without the newline. */
export function ctime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const { year, month, day } = civilDate(days);
  const weekday = weekdays[(days + 4) % 7];
  const clock = timeOfDay(seconds - days * 86_400);
  return `${weekday} ${months[month]} ${day < 10 ? ` ${day}` : day} ${clock} ${year}`;
}
