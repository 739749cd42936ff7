#!/usr/bin/env bash
# A quick look without Docker and Grafana: starts the sample application, Prometheus, node-exporter and, where it is
# installed, Alertmanager on the loopback interface, with the configuration beside this script, and prints where they are.
# Ctrl-C stops them all; nothing is left, neither processes nor data.
#
#   deploy/local.sh                          the sample application
#   deploy/local.sh java -jar service.jar    another service, told its ports by SERVER_PORT and SPRING_GRPC_SERVER_PORT
#
# Other ports: APP_PORT, GRPC_PORT, PROMETHEUS_PORT, NODE_EXPORTER_PORT, ALERTMANAGER_PORT.
set -euo pipefail

deploy=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jar=$deploy/../sample-app/target/sample-app.jar
app_port=${APP_PORT:-8080}
# 9090, the sample's own, is Prometheus' as well.
grpc_port=${GRPC_PORT:-9190}
prometheus_port=${PROMETHEUS_PORT:-9090}
node_exporter_port=${NODE_EXPORTER_PORT:-9100}
alertmanager_port=${ALERTMANAGER_PORT:-9093}
pids=()
data=

fail() {
	echo "local.sh: $1" >&2
	exit 1
}

running() {
	kill -0 "$@" 2>/dev/null
}

# shellcheck disable=SC2317 # a trap calls it
stop() {
	local status=$? tries=0
	trap '' INT TERM
	if [ "${#pids[@]}" -gt 0 ]; then
		kill "${pids[@]}" 2>/dev/null || true
		while running "${pids[@]}" && [ $((tries += 1)) -le 100 ]; do
			sleep 0.1
		done
		kill -KILL "${pids[@]}" 2>/dev/null || true
		wait "${pids[@]}" 2>/dev/null || true
	fi
	rm -rf "$data"
	exit "$status"
}

answers() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Where another one listens, Prometheus would scrape that.
need_port() {
	if answers "$1"; then
		fail "port $1 is taken; end what listens there, or set $2 to another port"
	fi
}

need_tool() {
	command -v "$1" >/dev/null || fail "$1 is not installed; in Debian it is in the package $2"
}

# start NAME PORT COMMAND...
start() {
	local name=$1 port=$2
	shift 2
	"$@" >"$data/$name.log" 2>&1 </dev/null &
	pids+=("$!")
	until answers "$port"; do
		if ! running "${pids[-1]}"; then
			tail -n 20 "$data/$name.log" >&2
			fail "$name ended before it answered at port $port; above is what it said last"
		fi
		sleep 0.2
	done
}

need_tool prometheus prometheus
need_tool prometheus-node-exporter prometheus-node-exporter
if [ "$#" -eq 0 ]; then
	need_tool java default-jre-headless
	[ -f "$jar" ] || fail "there is no $jar; make it with ./mvnw -q -pl sample-app -am package -DskipTests"
	set -- java -jar "$jar"
fi
need_port "$app_port" APP_PORT
need_port "$grpc_port" GRPC_PORT
need_port "$prometheus_port" PROMETHEUS_PORT
need_port "$node_exporter_port" NODE_EXPORTER_PORT
alertmanager=
if command -v prometheus-alertmanager >/dev/null; then
	alertmanager=yes
	need_port "$alertmanager_port" ALERTMANAGER_PORT
fi

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
data=$(mktemp -d)
cp -r "$deploy/prometheus" "$data/configuration"
# Scraped every 5 s instead of 15 s: who looks for a moment does not want to wait half of it.
sed -i -e "s/scrape_interval: 15s/scrape_interval: 5s/" -e "s/scrape_timeout: 10s/scrape_timeout: 5s/" \
	-e "s/localhost:8080/127.0.0.1:$app_port/" -e "s/localhost:9090/127.0.0.1:$prometheus_port/" \
	-e "s/localhost:9100/127.0.0.1:$node_exporter_port/" -e "s/localhost:9093/127.0.0.1:$alertmanager_port/" \
	"$data/configuration/prometheus.yml" "$data"/configuration/targets/*.yml

export SERVER_ADDRESS=127.0.0.1 SERVER_PORT=$app_port
export SPRING_GRPC_SERVER_ADDRESS=127.0.0.1 SPRING_GRPC_SERVER_PORT=$grpc_port
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
export GMICRO_DIAGNOSTICS_TOKEN=$token
export GMICRO_METRICS_ENABLED=true GMICRO_PPROF_ENABLED=true GMICRO_HTTP_SLOWREQUESTS_ENDPOINT_ENABLED=true
start application "$app_port" "$@"
start node-exporter "$node_exporter_port" \
	prometheus-node-exporter --web.listen-address="127.0.0.1:$node_exporter_port"
if [ -n "$alertmanager" ]; then
	start alertmanager "$alertmanager_port" prometheus-alertmanager \
		--config.file="$deploy/alertmanager/alertmanager.yml" --storage.path="$data/alertmanager" \
		--web.listen-address="127.0.0.1:$alertmanager_port" --cluster.listen-address=
fi
start prometheus "$prometheus_port" \
	prometheus --config.file="$data/configuration/prometheus.yml" --storage.tsdb.path="$data/prometheus" \
	--web.listen-address="127.0.0.1:$prometheus_port"

echo "Application     http://localhost:$app_port"
echo "Metrics         http://localhost:$app_port/metrics"
echo "Slow requests   http://localhost:$app_port/debug/requests?token=$token"
echo "Profiles        http://localhost:$app_port/debug/pprof/?token=$token"
echo "Prometheus      http://localhost:$prometheus_port (targets, rules and alerts are in its menu)"
if [ -n "$alertmanager" ]; then
	echo "Alertmanager    http://localhost:$alertmanager_port"
else
	echo "Alertmanager    not installed (prometheus-alertmanager): alerts stay in Prometheus"
fi
echo "Logs            $data"
echo "Ctrl-C stops all of it."

wait -n "${pids[@]}" || true
for log in "$data"/*.log; do
	echo "== $(basename "$log" .log)"
	tail -n 5 "$log"
done >&2
fail "one of them ended by itself; above is what each said last"
