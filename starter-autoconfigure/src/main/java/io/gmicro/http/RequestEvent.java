package io.gmicro.http;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * Tells a recording which thread served which request until now, and for how long. Those
 * that are being served when a part of the recording ends are told then.
 */
@Name("gmicro.HttpRequest")
@Label("HTTP Request")
@Description("A thread served an HTTP request, or is serving one")
@Category("gmicro")
@Enabled(false)
@StackTrace(false)
@Period("endChunk")
final class RequestEvent extends Event {

	@Label("Server Thread")
	@Nullable Thread server;

	@Label("Served")
	@Timespan(Timespan.NANOSECONDS)
	long served;

	@Label("Method")
	@Nullable String method;

	@Label("Route")
	@Nullable String route;

}
