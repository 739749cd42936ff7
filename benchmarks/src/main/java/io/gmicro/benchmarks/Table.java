package io.gmicro.benchmarks;

import java.util.concurrent.Callable;

/**
 * One thing to measure, with all that a reader of its figures has to know.
 *
 * @param name what it is asked for by
 * @param title its heading
 * @param method how it is measured
 * @param rows measures, and writes what it saw in Markdown
 */
record Table(String name, String title, String method, Callable<String> rows) {
}
