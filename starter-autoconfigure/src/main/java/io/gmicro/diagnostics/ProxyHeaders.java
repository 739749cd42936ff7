package io.gmicro.diagnostics;

import java.util.Enumeration;
import java.util.List;
import java.util.Locale;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Request headers that proxies, load balancers and content delivery networks add but
 * clients do not. They are an additional safeguard: a proxy may add none of them. Headers
 * that instrumented clients send, such as those of tracing, are not included.
 */
final class ProxyHeaders {

	/** Parts of names. */
	private static final List<String> PARTS = List.of("forwarded", "proxy", "proxied", "client-ip", "clientip",
			"connecting-ip", "real-ip", "remote-ip", "remote-addr", "original-host", "original-ur");

	/** Prefixes of names, or whole names. */
	private static final List<String> PREFIXES = List.of(
			// RFC 9110, 8586, 8470, 9440 and W3C's Edge Architecture
			"via", "max-forwards", "cdn-loop", "early-data", "client-cert", "surrogate-",
			// nginx, HAProxy, Varnish, Envoy, Traefik, Kong and routers of that kind
			"x-original-", "x-real-", "x-remote-", "x-scheme", "x-url-scheme", "x-rewrite-url", "x-request-start",
			"x-queue-start", "x-ssl-", "ssl-client-", "x-client-cert", "x-varnish", "x-haproxy-", "x-nginx-",
			"x-envoy-", "x-istio-", "x-traefik-", "x-kong-", "x-ingress-", "x-gateway-", "x-edge-", "x-cdn",
			"front-end-https",
			// Cloudflare, Cloud Foundry, Fastly, Akamai, Imperva, Sucuri
			"cf-", "x-cf-", "fastly-", "x-fastly-", "true-client-", "akamai-", "x-akamai-", "incap-", "x-incap-",
			"x-sucuri-",
			// AWS, Azure, Google Cloud
			"cloudfront-", "x-amz-cf-", "x-amzn-oidc-", "x-amzn-mtls-", "x-azure-", "x-fd-", "x-arr-", "x-appservice-",
			"x-ms-original-", "x-ms-client-principal", "x-site-deployment-id", "x-waws-", "disguised-host",
			"was-default-hostname", "x-appengine-", "x-google-", "x-goog-iap-",
			// Fly.io, DigitalOcean, Vercel, Netlify, Heroku, Render
			"fly-", "x-fly-", "x-vercel-", "x-nf-", "x-heroku-", "x-render-", "rndr-");

	private ProxyHeaders() {
	}

	/**
	 * Whether a request has such a header.
	 * @param received the request that the container created
	 * @return {@code true} also if the container hides the headers
	 */
	static boolean areIn(HttpServletRequest received) {
		Enumeration<String> names = received.getHeaderNames();
		if (names == null) {
			return true;
		}
		while (names.hasMoreElements()) {
			String name = names.nextElement().toLowerCase(Locale.ROOT).replace('_', '-');
			if (PARTS.stream().anyMatch(name::contains) || PREFIXES.stream().anyMatch(name::startsWith)) {
				return true;
			}
		}
		return false;
	}

}
