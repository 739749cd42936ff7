// The kinds of panels, each with what all of its kind have in common.

import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode, BigValueGraphMode, BigValueTextMode, GraphThresholdsStyleConfigBuilder, GraphThresholdsStyleMode,
  LegendDisplayMode, LegendPlacement, ReduceDataOptionsBuilder, SortOrder, StackingConfigBuilder, StackingMode,
  TableSortByFieldStateBuilder, TooltipDisplayMode, VisibilityMode, VizLegendOptionsBuilder, VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder, FieldColorModeId, MappingType, ThresholdsConfigBuilder, ThresholdsMode,
  type DynamicConfigValue, type GridPos, type Panel, type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmapPanel from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as statPanel from '@grafana/grafana-foundation-sdk/stat';
import * as timelinePanel from '@grafana/grafana-foundation-sdk/statetimeline';
import * as tablePanel from '@grafana/grafana-foundation-sdk/table';
import * as textPanel from '@grafana/grafana-foundation-sdk/text';
import * as graphPanel from '@grafana/grafana-foundation-sdk/timeseries';

/** The data source that the variable of the same name names. */
export const datasource = { type: 'prometheus', uid: '${datasource}' };

/** A panel that still has to be told its number and place. */
export interface Placed extends Builder<Panel> {
  id(id: number): this;
  gridPos(place: GridPos): this;
}

export interface Query {
  expr: string;
  /** In Grafana's notation, such as {{instance}}. */
  legend: string;
  /** Whether traces are shown with it; for expressions over the buckets of a histogram. */
  exemplars?: boolean;
}

/** Values from which another colour is shown, in ascending order. The first colour is for all below. */
export type Levels = [string, ...[number, string][]];

interface Spec {
  title: string;
  /** What the panel tells, for the one who looks at it at night. */
  description: string;
  unit: string;
  levels?: Levels;
}

interface QueriesSpec extends Spec {
  queries: Query[];
}

interface GraphSpec extends QueriesSpec {
  /** Where all values are shares, so that small ones are not drawn as large. */
  max?: number;
  /** Where values may be below 0; all other graphs begin there. */
  negative?: boolean;
  stacked?: boolean;
  /** Colours of series by a regular expression for their names. */
  colors?: Record<string, string>;
}

type Column = Omit<Spec, 'description'> & { expr: string };

interface TableSpec extends Omit<Spec, 'unit' | 'levels'> {
  /** Columns of labels, by the label. */
  labels: Record<string, string>;
  columns: Column[];
  /** The column to sort by, the highest value first. */
  sortBy?: string;
  /** Where the cells of a column lead to, by the column. */
  links?: Record<string, { title: string; url: string }>;
}

/** One figure: what it is now, with its course behind it. */
export function stat(spec: QueriesSpec): Placed {
  return new statPanel.PanelBuilder()
    .title(spec.title).description(spec.description).datasource(datasource).unit(spec.unit)
    .targets(spec.queries.map(target))
    .thresholds(thresholds(spec.levels ?? ['blue']))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(BigValueColorMode.Value).graphMode(BigValueGraphMode.Area)
    .textMode(spec.queries.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

/** Lines over time, with the levels as dashed lines. */
export function graph(spec: GraphSpec): Placed {
  const panel = new graphPanel.PanelBuilder()
    .title(spec.title).description(spec.description).datasource(datasource).unit(spec.unit)
    .targets(spec.queries.map(target))
    .lineWidth(1).fillOpacity(spec.stacked ? 30 : 5).showPoints(VisibilityMode.Never).spanNulls(false)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.Table).placement(LegendPlacement.Bottom)
      .showLegend(true).calcs(['mean', 'max', 'lastNotNull']).sortBy('Max').sortDesc(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (!spec.negative) {
    panel.min(0);
  }
  if (spec.stacked) {
    panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  }
  if (spec.max !== undefined) {
    panel.axisSoftMax(spec.max);
  }
  if (spec.levels) {
    panel.thresholds(thresholds(spec.levels))
      .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  for (const [series, color] of Object.entries(spec.colors ?? {})) {
    panel.overrideByRegexp(series, [{ id: 'color', value: { mode: FieldColorModeId.Fixed, fixedColor: color } }]);
  }
  return panel;
}

/** The buckets of a histogram over time: where requests are many it is darker. */
export function heatmap(spec: Omit<Spec, 'levels'> & { expr: string }): Placed {
  return new heatmapPanel.PanelBuilder()
    .title(spec.title).description(spec.description).datasource(datasource)
    .withTarget(target({ expr: spec.expr, legend: '{{le}}', exemplars: true }, 0).format(PromQueryFormat.Heatmap))
    .calculate(false).cellGap(1).showLegend()
    .yAxis(new heatmapPanel.YAxisConfigBuilder().unit(spec.unit))
    .cellValues(new heatmapPanel.CellValuesBuilder().unit('reqps'))
    .color(new heatmapPanel.HeatmapColorOptionsBuilder().mode(heatmapPanel.HeatmapColorMode.Scheme).scheme('Oranges')
      .scale(heatmapPanel.HeatmapColorScale.Exponential).exponent(0.5).steps(64).fill('dark-orange').reverse(false))
    .tooltip(new heatmapPanel.HeatmapTooltipBuilder().mode(TooltipDisplayMode.Single).yHistogram(true));
}

/** States over time, one bar a series. */
export function timeline(spec: QueriesSpec & { states: Record<string, { text: string; color: string }> }): Placed {
  const mapping: ValueMapping = { type: MappingType.ValueToText, options: spec.states };
  return new timelinePanel.PanelBuilder()
    .title(spec.title).description(spec.description).datasource(datasource).unit(spec.unit)
    .targets(spec.queries.map(target))
    .mappings([mapping]).fillOpacity(70).lineWidth(0).rowHeight(0.8).mergeValues(true).showValue(VisibilityMode.Auto)
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom)
      .showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Single));
}

/** One row for each combination of labels, one column an expression; all of them as they are now. */
export function table(spec: TableSpec): Placed {
  const value = (index: number) => spec.columns.length === 1 ? 'Value' : `Value #${refId(index)}`;
  const names = Object.fromEntries(spec.columns.map((column, index) => [value(index), column.title]));
  const panel = new tablePanel.PanelBuilder()
    .title(spec.title).description(spec.description).datasource(datasource)
    .targets(spec.columns.map((column, index) =>
      target({ expr: column.expr, legend: column.title }, index).instant().format(PromQueryFormat.Table)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries([...Object.keys(spec.labels), ...Object.keys(names)].map((key, index) => [key, index])),
        renameByName: { ...spec.labels, ...names },
      },
    });
  for (const column of spec.columns) {
    panel.overrideByName(column.title, columnOverrides(column));
  }
  for (const [column, link] of Object.entries(spec.links ?? {})) {
    panel.overrideByName(column, [{ id: 'links', value: [link] }]);
  }
  if (spec.sortBy) {
    panel.sortBy([new TableSortByFieldStateBuilder().displayName(spec.sortBy).desc(true)]);
  }
  return panel;
}

function columnOverrides(column: Column): DynamicConfigValue[] {
  const unit = { id: 'unit', value: column.unit };
  return column.levels === undefined ? [unit] : [
    unit,
    { id: 'thresholds', value: thresholds(column.levels).build() },
    { id: 'custom.cellOptions', value: { type: 'color-text' } },
  ];
}

export function text(spec: { title: string; description: string; markdown: string }): Placed {
  return new textPanel.PanelBuilder().title(spec.title).description(spec.description)
    .mode(textPanel.TextMode.Markdown).content(spec.markdown);
}

export function target(query: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().refId(refId(index)).datasource(datasource)
    .expr(query.expr).legendFormat(query.legend).range().exemplar(query.exemplars ?? false);
}

function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function thresholds(levels: Levels): ThresholdsConfigBuilder {
  const [base, ...rest] = levels;
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...rest.map(([value, color]) => ({ value, color }))]);
}
