package io.gmicro.pprof;

/**
 * Changes the page that the converter writes: it adds a nonce, a legend, units, support
 * for small screens, and search for text that is no regular expression.
 */
final class FlameGraphTemplate {

	private static final String LEGEND_START = "<dl class='frames'>";

	private static final String LEGEND_END = "<dl class='hotkeys'>";

	private static final String LEGEND = """
			<dl class='frames'>
				<dt>Calls</dt>
				<dd style='background-color: #50e150'>Application</dd>
				<dd style='background-color: #b2e1b2'>JDK and libraries</dd>
				<dd style='background-color: #c8c83c'>Everything else</dd>
				<dd style='background-color: #ee00ee'>Matches the search</dd>
			</dl>
			""";

	/** Omits the package of a name that does not fit. */
	private static final String FIT = """
			const marked = [];

			function fit(title, chars) {
				const method = title.lastIndexOf('.');
				const name = title.length <= chars ? title : title.substring(title.lastIndexOf('.', method - 1) + 1);
				return name.length <= chars ? name : name.substring(0, chars - 2) + '..';
			}""";

	private static final String RESIZE = """
			window.onresize = function() {
				canvas.style.width = '100%';
				canvasWidth = canvas.offsetWidth;
				canvas.style.width = canvasWidth + 'px';
				canvas.width = canvasWidth * devicePixelRatio;
				canvas.height = canvasHeight * devicePixelRatio;
				c.scale(devicePixelRatio, devicePixelRatio);
				c.font = document.body.style.font;
				render(root);
			}
			""";

	private FlameGraphTemplate() {
	}

	static String head(String head, String title, String unit, String nonce) {
		return legend(head)
			.replace("<meta charset='utf-8'>",
					"<meta charset='utf-8'>\n<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
							+ "<link rel='icon' href='data:,'>\n<title></title>")
			.replace("body {margin: 0; padding: 10px 10px 22px 10px;",
					"@media (max-width: 600px) { h1 {padding-bottom: 24px} }\n\t"
							+ "body {margin: 0; padding: 10px 10px 22px 10px;")
			.replace("Produced by", "<a href='./'>All profiles</a> &middot; drawn by")
			.replace("<script>", "<script nonce='" + nonce + "'>")
			.replace("function samples(n) {", "function samples(n) {\n\t\t" + quantity(unit))
			.replace("f.title.length <= chars ? f.title : f.title.substring(0, chars - 2) + '..'",
					"fit(f.title, chars)")
			.replace("const marked = [];", FIT)
			.replace("pattern = r ? RegExp(r) : undefined;",
					"try { pattern = r ? RegExp(r) : undefined; }\n"
							+ "\t\tcatch (literal) { pattern = RegExp(r.replace(/\\W/g, '\\\\$&')); }")
			.replace("const canvasWidth = canvas.offsetWidth;", "let canvasWidth = canvas.offsetWidth;")
			.replace("<title></title>", "<title>" + title + "</title>")
			.replace("<h1></h1>", "<h1>" + title + "</h1>");
	}

	static String tail(String tail) {
		return tail.replace("</script></body></html>", RESIZE + "</script></body></html>");
	}

	private static String legend(String head) {
		int start = head.indexOf(LEGEND_START);
		int end = head.indexOf(LEGEND_END);
		return (start < 0 || end < start) ? head : head.substring(0, start) + LEGEND + head.substring(end);
	}

	/** Units as in {@code go tool pprof}. Counts stay a number of samples. */
	private static String quantity(String unit) {
		String units = switch (unit) {
			case "nanoseconds" -> "[[1e9, ' s'], [1e6, ' ms'], [1e3, ' \\u00b5s'], [1, ' ns']]";
			case "bytes" -> "[[2 ** 30, ' GB'], [2 ** 20, ' MB'], [2 ** 10, ' kB'], [1, ' B']]";
			default -> "";
		};
		return units.isEmpty() ? "" : """
				const units = %s;
				const unit = units.find(function(u) { return n >= u[0]; }) || units[3];
				return (n / unit[0]).toFixed(unit[0] > 1 ? 2 : 0) + unit[1];
				""".formatted(units);
	}

}
