import { dashboard, instance, job, line } from './dashboard.js';
import { graph, stat, table, type Levels } from './panels.js';
import { max, rate, service, sum } from './promql.js';

const byInstance = ['instance'];
const shareLevels: Levels = ['green', [0.8, 'orange'], [0.9, 'red']];
const collectionLevels: Levels = ['green', [0.05, 'orange'], [0.1, 'red']];

function gauge(metric: string, labels = ''): string {
  return `${metric}{${service}${labels && `, ${labels}`}}`;
}

/** Pools without a bound say -1. */
const heapMax = sum(`${gauge('jvm_memory_max_bytes', 'area="heap"')} > 0`, byInstance);
const heapUsed = sum(gauge('jvm_memory_used_bytes', 'area="heap"'), byInstance);
const openFiles = `${gauge('process_files_open_files')} / ${gauge('process_files_max_files')}`;

/** jvm_info is 1 for what an instance runs on. */
const runtimes = `${max(gauge('jvm_info'), ['instance', 'version', 'vendor'])}`
  + ` * on (instance) group_left () (time() - ${max(gauge('process_start_time_seconds'), byInstance)})`;

export const jvm = dashboard({
  uid: 'gmicro-jvm',
  title: 'gmicro / JVM and process',
  description: 'What is below the requests: memory, garbage collection, CPU, threads and files.',
  variables: [job('jvm_info'), instance],
  rows: {
    'Now': [
      line(4,
        stat({
          title: 'Youngest instance',
          description: 'How long ago did an instance start for the last time? Little again and again means that it keeps crashing.',
          unit: 'dtdurations',
          levels: ['orange', [300, 'green']],
          queries: [{ expr: `time() - ${max(gauge('process_start_time_seconds'))}`, legend: 'uptime' }],
        }),
        stat({
          title: 'CPU of the busiest process',
          description: 'What share of all the cores that it may use does the process take?',
          unit: 'percentunit',
          levels: shareLevels,
          queries: [{ expr: max(gauge('process_cpu_usage')), legend: 'CPU' }],
        }),
        stat({
          title: 'Heap after collection, fullest',
          description: 'How much of the old generation was still in use after the last collection? This, and not the heap in use, tells whether memory runs out.',
          unit: 'percentunit',
          levels: shareLevels,
          queries: [{ expr: max(gauge('jvm_memory_usage_after_gc')), legend: 'heap' }],
        }),
        stat({
          title: 'Time in collection',
          description: 'What share of the CPU went into garbage collection lately?',
          unit: 'percentunit',
          levels: collectionLevels,
          queries: [{ expr: max(gauge('jvm_gc_overhead')), legend: 'collection' }],
        }),
        stat({
          title: 'Blocked threads',
          description: 'How many threads of an instance wait for a lock that another thread holds? /debug/pprof/mutex tells which.',
          unit: 'none',
          levels: ['green', [5, 'orange'], [20, 'red']],
          queries: [{ expr: max(gauge('jvm_threads_states_threads', 'state="blocked"')), legend: 'threads' }],
        }),
        stat({
          title: 'Open files',
          description: 'What share of the files and sockets that the process may open is open?',
          unit: 'percentunit',
          levels: shareLevels,
          queries: [{ expr: max(openFiles), legend: 'files' }],
        })),
    ],
    'Memory': [
      line(9,
        graph({
          title: 'Heap in use',
          description: 'Does the saw-tooth keep its foot? A foot that climbs is a leak.',
          unit: 'bytes',
          queries: [{ expr: heapUsed, legend: '{{instance}}' }],
        }),
        graph({
          title: 'Heap in use, share of its maximum',
          description: 'How near is an instance to its -Xmx?',
          unit: 'percentunit',
          max: 1,
          levels: shareLevels,
          queries: [{ expr: `${heapUsed} / ${heapMax}`, legend: '{{instance}}' }],
        }),
        graph({
          title: 'Heap after collection',
          description: 'How full is the old generation after each collection?',
          unit: 'percentunit',
          max: 1,
          levels: shareLevels,
          queries: [{ expr: max(gauge('jvm_memory_usage_after_gc'), byInstance), legend: '{{instance}}' }],
        })),
      line(9,
        graph({
          title: 'Memory that is committed',
          description: 'What does the JVM take from the container? Heap and the rest of it, of the largest instance.',
          unit: 'bytes',
          stacked: true,
          queries: [{
            expr: max(sum(gauge('jvm_memory_committed_bytes'), ['instance', 'area']), ['area']),
            legend: '{{area}}',
          }],
        }),
        graph({
          title: 'Memory outside the heap',
          description: 'Do classes or compiled code grow without end? The largest instance of each pool.',
          unit: 'bytes',
          queries: [{ expr: max(gauge('jvm_memory_used_bytes', 'area="nonheap"'), ['id']), legend: '{{id}}' }],
        }),
        graph({
          title: 'Direct and mapped buffers',
          description: 'How much memory do buffers of network and files hold? It is neither heap nor in the two panels beside this.',
          unit: 'bytes',
          queries: [{ expr: max(gauge('jvm_buffer_memory_used_bytes'), ['id']), legend: '{{id}}' }],
        })),
    ],
    'Garbage collection': [
      line(9,
        graph({
          title: 'Time that collections stop the service',
          description: 'What share of the time does an instance stand still?',
          unit: 'percentunit',
          levels: collectionLevels,
          queries: [{ expr: sum(rate('jvm_gc_pause_seconds_sum', service), byInstance), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Longest pause',
          description: 'How long did the longest pause of about the last two minutes last? It is in the p99 of requests.',
          unit: 's',
          levels: ['green', [0.1, 'orange'], [1, 'red']],
          queries: [{ expr: max(gauge('jvm_gc_pause_seconds_max'), byInstance), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Collections by cause',
          description: 'Why are there collections? Humongous allocations and System.gc() can be done without.',
          unit: 'ops',
          queries: [{ expr: sum(rate('jvm_gc_pause_seconds_count', service), ['action', 'cause']), legend: '{{action}}: {{cause}}' }],
        }),
        graph({
          title: 'Allocation',
          description: 'How fast is memory asked for? /debug/pprof/allocs tells where.',
          unit: 'Bps',
          queries: [{ expr: sum(rate('jvm_gc_memory_allocated_bytes_total', service), byInstance), legend: '{{instance}}' }],
        })),
    ],
    'CPU and threads': [
      line(9,
        graph({
          title: 'Cores in use',
          description: 'How many cores does the process keep busy? /debug/pprof/profile tells with what.',
          unit: 'none',
          queries: [{ expr: `${sum(rate('process_cpu_time_ns_total', service), byInstance)} / 1e9`, legend: '{{instance}}' }],
        }),
        graph({
          title: 'CPU of process and system',
          description: 'Is it this process that is busy, or something beside it?',
          unit: 'percentunit',
          max: 1,
          levels: shareLevels,
          queries: [
            { expr: gauge('process_cpu_usage'), legend: 'process {{instance}}' },
            { expr: gauge('system_cpu_usage'), legend: 'system {{instance}}' },
          ],
        }),
        graph({
          title: 'Load per core',
          description: 'Do processes wait for a core? Above 1 they do.',
          unit: 'none',
          levels: ['green', [1, 'orange'], [2, 'red']],
          queries: [{ expr: `${gauge('system_load_average_1m')} / ${gauge('system_cpu_count')}`, legend: '{{instance}}' }],
        })),
      line(9,
        graph({
          title: 'Threads',
          description: 'Does the number of threads settle? Virtual threads are not among them.',
          unit: 'none',
          queries: [{ expr: gauge('jvm_threads_live_threads'), legend: '{{instance}}' }],
        }),
        graph({
          title: 'Threads by state',
          description: 'Do threads run, wait, or block each other?',
          unit: 'none',
          stacked: true,
          queries: [{ expr: sum(gauge('jvm_threads_states_threads'), ['state']), legend: '{{state}}' }],
        }),
        graph({
          title: 'Lines in the log',
          description: 'Does the service warn of something, or fail without an answer of 5xx?',
          unit: 'cps',
          colors: { '/^error/': 'red', '/^warn/': 'orange' },
          queries: [{
            expr: sum(rate('logback_events_total', `${service}, level=~"warn|error"`), ['level']),
            legend: '{{level}}',
          }],
        })),
    ],
    'Process': [
      line(8,
        graph({
          title: 'Open files and sockets',
          description: 'Do they grow without end? At the limit no connection is accepted any more.',
          unit: 'percentunit',
          levels: shareLevels,
          queries: [{ expr: openFiles, legend: '{{instance}}' }],
        }),
        graph({
          title: 'Classes',
          description: 'Does something keep making classes?',
          unit: 'none',
          queries: [{ expr: gauge('jvm_classes_loaded_classes'), legend: '{{instance}}' }],
        }),
        table({
          title: 'Runtimes',
          description: 'Do all instances run on the same Java, and since when?',
          labels: { instance: 'Instance', version: 'Version', vendor: 'Vendor' },
          columns: [
            { title: 'Uptime', unit: 'dtdurations', expr: runtimes },
          ],
        })),
    ],
  },
});
