// What all dashboards have in common: variables, links, and rows of panels.

import {
  AnnotationQueryBuilder, DashboardBuilder, DashboardCursorSync, DashboardLinkBuilder, DashboardLinkType,
  DatasourceVariableBuilder, QueryVariableBuilder, RowBuilder, VariableRefresh, VariableSort, type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';

import { datasource, target, type Placed } from './panels.js';
import { service } from './promql.js';

/** Where docs/ of this repository can be read; deploy/prometheus/rules have the same beginning in runbook_url. */
const docs = 'https://example.com/gmicro';

const tag = 'gmicro';

const width = 24;

/** Panels side by side, all as high as each other and equally wide. */
export interface Line {
  height: number;
  panels: Placed[];
}

export function line(height: number, ...panels: Placed[]): Line {
  if (width % panels.length !== 0) {
    throw new Error(`${panels.length} panels do not fill a line`);
  }
  return { height, panels };
}

interface Variable {
  name: string;
  label: string;
  /** The metric to look at, with what the variables before this one leave of it. */
  from: string;
  /** Its label. */
  of: string;
  /** Several or all at once. */
  multi?: boolean;
}

export function job(from: string): Variable {
  return { name: 'job', label: 'Job', from, of: 'job' };
}

export const instance: Variable = {
  name: 'instance', label: 'Instance', from: 'up{job="$job"}', of: 'instance', multi: true,
};

interface Spec {
  uid: string;
  title: string;
  description: string;
  variables: Variable[];
  rows: Record<string, Line[]>;
  /** How far back it opens. Other dashboards open at their own. */
  from?: string;
}

export function dashboard(spec: Spec): Dashboard {
  const builder = new DashboardBuilder(spec.title).uid(spec.uid).description(spec.description).tags([tag])
    .time({ from: spec.from ?? 'now-1h', to: 'now' }).refresh(spec.from ? '5m' : '30s').timezone('browser').tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .link(new DashboardLinkBuilder('').type(DashboardLinkType.Dashboards).tags([tag]).includeVars(true)
      .keepTime(spec.from === undefined))
    .link(new DashboardLinkBuilder('Dashboards explained').type(DashboardLinkType.Link).icon('doc').targetBlank(true)
      .url(`${docs}/dashboards.md`))
    .link(new DashboardLinkBuilder('Slow requests: /debug/requests').type(DashboardLinkType.Link).icon('doc')
      .targetBlank(true).url(`${docs}/slow-requests.md`))
    .link(new DashboardLinkBuilder('Runbooks').type(DashboardLinkType.Link).icon('doc').targetBlank(true)
      .url(`${docs}/runbooks/README.md`));
  for (const variable of spec.variables) {
    builder.withVariable(queryVariable(variable));
  }
  if (spec.variables.includes(instance)) {
    builder.annotation(starts());
  }
  addRows(builder, spec.rows);
  return inSight(builder.build());
}

/** The builders put links and annotations into a menu and have no way not to. */
function inSight(built: Dashboard): Dashboard {
  [...built.links ?? [], ...built.annotations.list ?? []].forEach((item) => delete item.placement);
  return built;
}

function queryVariable(variable: Variable): QueryVariableBuilder {
  const query = `label_values(${variable.from}, ${variable.of})`;
  const builder = new QueryVariableBuilder(variable.name).label(variable.label).datasource(datasource)
    .query({ query, qryType: 1, refId: 'PrometheusVariableQueryEditor-VariableQuery' }).definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged).sort(VariableSort.AlphabeticalAsc);
  if (variable.multi) {
    // Without a value for all Grafana would write out every route there is.
    builder.multi(true).includeAll(true).allValue('.*').current({ text: ['All'], value: ['$__all'] });
  }
  return builder;
}

/** Marks the starts of instances: what changes there is most often a release. */
function starts(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder().name('Starts').datasource(datasource).enable(true).iconColor('purple')
    .target(target({ expr: `process_start_time_seconds{${service}} * 1000`, legend: '' }, 0))
    .useValueForTime(true).titleFormat('Started').textFormat('{{instance}}');
}

function addRows(builder: DashboardBuilder, rows: Record<string, Line[]>): void {
  let id = 1;
  let y = 0;
  for (const [title, lines] of Object.entries(rows)) {
    builder.withRow(new RowBuilder(title).id(id++).gridPos({ x: 0, y: y++, w: width, h: 1 }));
    for (const { height, panels } of lines) {
      const w = width / panels.length;
      panels.forEach((panel, index) => builder.withPanel(panel.id(id++).gridPos({ x: index * w, y, w, h: height })));
      y += height;
    }
  }
}
