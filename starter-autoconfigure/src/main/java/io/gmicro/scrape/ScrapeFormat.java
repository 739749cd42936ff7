package io.gmicro.scrape;

import java.io.IOException;
import java.io.OutputStream;

import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import org.jspecify.annotations.Nullable;

import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * The exposition formats. A client gets the format that it names and prefers in its
 * {@code Accept} header. In all other cases, including wildcards and malformed headers,
 * it gets the text format, so that no scrape is rejected.
 *
 * @see <a href=
 * "https://prometheus.io/docs/instrumenting/content_negotiation/">Prometheus, content
 * negotiation</a>
 */
enum ScrapeFormat {

	TEXT, OPENMETRICS, PROTOBUF;

	private static final ExpositionFormats formats = ExpositionFormats.init();

	private static final TextWriter text = new TextWriter(formats.getPrometheusTextFormatWriter(), false);

	private static final TextWriter openMetrics = new TextWriter(formats.getOpenMetricsTextFormatWriter(), true);

	private static final ProtobufWriter protobuf = new ProtobufWriter(formats.getPrometheusProtobufWriter());

	String contentType() {
		return library().getContentType();
	}

	void write(OutputStream out, MetricSnapshots snapshots) throws IOException {
		switch (this) {
			case TEXT -> text.write(out, snapshots);
			case OPENMETRICS -> openMetrics.write(out, snapshots);
			case PROTOBUF -> protobuf.write(out, snapshots);
		}
	}

	private ExpositionFormatWriter library() {
		return switch (this) {
			case TEXT -> formats.getPrometheusTextFormatWriter();
			case OPENMETRICS -> formats.getOpenMetricsTextFormatWriter();
			case PROTOBUF -> formats.getPrometheusProtobufWriter();
		};
	}

	static ScrapeFormat negotiate(@Nullable String accept) {
		ScrapeFormat preferred = TEXT;
		if (accept == null) {
			return preferred;
		}
		double highest = 0;
		try {
			for (MimeType range : MimeTypeUtils.parseMimeTypes(accept)) {
				ScrapeFormat format = named(range);
				double quality = quality(range);
				if (format != null && quality > highest) {
					preferred = format;
					highest = quality;
				}
			}
			return preferred;
		}
		catch (InvalidMimeTypeException ex) {
			return TEXT;
		}
	}

	private static @Nullable ScrapeFormat named(MimeType range) {
		return switch (range.getType() + "/" + range.getSubtype()) {
			case "text/plain" -> TEXT;
			case "application/openmetrics-text" -> has(range, "version", "1.0.0") ? OPENMETRICS : null;
			case "application/vnd.google.protobuf" ->
				has(range, "proto", "io.prometheus.client.MetricFamily") && has(range, "encoding", "delimited")
						&& formats.getPrometheusProtobufWriter().isAvailable() ? PROTOBUF : null;
			default -> null;
		};
	}

	private static boolean has(MimeType range, String parameter, String supported) {
		String value = range.getParameter(parameter);
		return value == null || value.equals(supported);
	}

	private static double quality(MimeType range) {
		String quality = range.getParameter("q");
		try {
			return (quality != null) ? Double.parseDouble(quality) : 1;
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

}
