/** Many recordings of one experiment, several clusters side by side. */
import type { Sample } from "../sample.js";
import { type RecordingSettings, record } from "./recorder.js";

export interface Series {
  readonly runs: number;
  readonly parallel: number;
  /** Told after each recording how many there are. */
  readonly progress: (done: number) => void;
}

/** Recordings that came to nothing are left out: see `record`. */
export async function recordSeries(
  settings: RecordingSettings,
  { runs, parallel, progress }: Series,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  let begun = 0;
  let done = 0;
  const worker = async (index: number): Promise<void> => {
    // Clusters that beat in step would disturb each other at the same moments.
    await new Promise((wake) => setTimeout(wake, index * 370));
    while (begun < runs) {
      begun++;
      const sample = await record(settings);
      if (sample !== undefined) samples.push(sample);
      progress(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, runs) }, (_, index) => worker(index)));
  return samples;
}
