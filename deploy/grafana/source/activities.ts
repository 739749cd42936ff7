// What requests and calls spend their time on.

import { graph, table, type Placed } from './panels.js';
import { overall, rate, sum } from './promql.js';

/** The same colour for an activity on every dashboard. */
const activityColors = {
  '/^cpu$/': 'green',
  '/^runnable$/': 'yellow',
  '/^gc$/': 'dark-red',
  '/^stood_still$/': 'super-light-red',
  '/^lock$/': 'red',
  '/^pool$/': 'purple',
  '/^database$/': 'blue',
  '/^http_client$/': 'orange',
  '/^grpc_client$/': 'dark-orange',
  '/^messaging$/': 'super-light-orange',
  '/^file$/': 'light-blue',
  '/^network$/': 'light-purple',
  '/^sleep$/': 'super-light-green',
  '/^async$/': 'super-light-blue',
  '/^(other|not_sampled)$/': 'text',
};

interface Spec {
  /** What spends the time: requests or calls. */
  of: string;
  /** By what the time is recorded: route or method. */
  by: { label: string; title: string };
  /** The counter of the time. */
  time: string;
  /** The histogram of the durations. */
  duration: string;
  labels: string;
}

/** The time of each activity, and a table of routes or methods with their activities. */
export function activityPanels(spec: Spec): Placed[] {
  const { of, by, time, duration, labels } = spec;
  const each = [by.label, 'activity'];
  const whole = `on (${by.label}) group_left ()`;
  const spent = sum(overall(time, labels), each);
  return [
    graph({
      title: `Where the time of each ${by.title.toLowerCase()} goes`,
      description: `What do ${of} wait for or work on? The values are ${of} in flight on average and add up to rate times duration. `
        + `Choose a ${by.title.toLowerCase()} at the top.`,
      unit: 'none',
      stacked: true,
      colors: activityColors,
      queries: [{ expr: sum(rate(time, labels), ['activity']), legend: '{{activity}}' }],
    }),
    table({
      title: `Time by ${by.title.toLowerCase()} and activity`,
      description: `Which ${by.title.toLowerCase()} spends the most time, and on what, over all the time shown?`,
      labels: { [by.label]: by.title, activity: 'Activity' },
      sortBy: 'In flight',
      columns: [
        { title: 'In flight', unit: 'none', expr: spent },
        { title: 'Share', unit: 'percentunit', expr: `${spent} / ${whole} ${sum(overall(time, labels), [by.label])}` },
        {
          title: `Time per ${of.replace(/s$/, '')}`,
          unit: 's',
          expr: `${spent} / ${whole} (${sum(overall(`${duration}_count`, labels), [by.label])} > 0)`,
        },
      ],
    }),
  ];
}
