package io.gmicro.pprof;

import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Arguments with and without secrets, in the forms that people and attackers write.
 */
class SecretsTests {

	private static final String SECRET = "hunter2";

	@ParameterizedTest
	@ValueSource(strings = { "--server.port=8080", "--spring.profiles.active=prod,eu",
			"--spring.application.name=orders", "--spring.datasource.username=orders",
			"--spring.datasource.url=jdbc:postgresql://db:5432/orders",
			"--spring.config.location=classpath:/a/,file:./config/application.yml", "--debug", "-v", "",
			"--spring.kafka.bootstrap-servers=one:9092,two:9092", "http://config:8888/orders", "--monkey=1",
			"--monkeys=banana", "--turkey=1", "--hockey.team=a", "--spring.jpa.hibernate.ddl-auto=update",
			"--management.endpoints.web.exposure.include=health,info", "--logging.level.org.springframework.web=DEBUG",
			"--com.example.orders.MaximumNumberOfConcurrentlyOpenFiles=100", "/opt/orders/orders-service-1.2.3/config",
			"2026-11-22T10:00:00.000Z", "--since=2026-11-22", "somebody@example.org", "--disaster-recovery=true",
			"--cobalt=1", "--shipping.interval=5s", "--designs=3", "--tmp=C:\\orders", "=", ":", "-", "a b c" })
	void harmlessArgumentsAreShown(String argument) {
		assertThat(Secrets.mask(argument)).isEqualTo(argument);
		assertThat(Secrets.announce(argument)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "password", "spring.datasource.password", "passwd", "PASSWORD", "dbPassword", "pwd",
			"mypwd", "MY_PWD", "pass", "userpass", "keypass", "passphrase", "passcode", "secret", "clientSecret",
			"client_secret", "AWS_SECRET_ACCESS_KEY", "token", "accessToken", "x-auth-token", "credential",
			"credentials", "creds", "key", "keys", "apikey", "apiKey", "APIKey", "api-key", "api.key", "API_KEY",
			"access_key", "private-key", "privatekey", "encryptionkey", "signing.key", "key2", "KEY_ID", "keystore",
			"auth", "authorization", "oauth2", "bearer", "jwt", "session", "sessionId", "JSESSIONID", "cookie",
			"Set-Cookie", "signature", "sig", "sas", "sasUrl", "salt", "password-salt", "vcap_services",
			"VCAP_SERVICES", "vcap.services", "pem", "cert", "cert-pem", "certificate", "tls.certs", "pin", "otp",
			"dsn", "pass-word", "pass_word", "p.a.s.s.w.o.r.d", "connection-string" })
	void whateverIsNamedLikeASecretIsMasked(String name) {
		for (String dashes : new String[] { "--", "-", "/", "" }) {
			String option = dashes + name;
			assertThat(Secrets.mask(option + "=" + SECRET)).isEqualTo(option + "=" + Secrets.MASK);
			assertThat(Secrets.mask(option + ":" + SECRET)).isEqualTo(option + ":" + Secrets.MASK);
			assertThat(Secrets.mask(option + " = " + SECRET)).isEqualTo(option + " " + Secrets.MASK);
			assertThat(Secrets.mask(option + "\n" + SECRET)).isEqualTo(option + "\n" + Secrets.MASK);
			assertThat(Secrets.mask(option + "='" + SECRET + "=' " + SECRET)).isEqualTo(option + "=" + Secrets.MASK);
			assertThat(Secrets.announce(option + "=" + SECRET)).isFalse();
			assertThat(Secrets.mask(option)).isEqualTo(option);
			assertThat(Secrets.announce(option)).isTrue();
			assertThat(Secrets.announce(option + "=")).isTrue();
			assertThat(Secrets.announce(option + ": ")).isTrue();
			assertThat(Secrets.announce("\"" + option + "\"")).isTrue();
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			--description=my password is hunter2                     | --description=******
			--a=b password=hunter2                                   | --a=******
			--header=Authorization: Bearer hunter2                   | --header=******
			Authorization: Basic aHVudGVyMg                          | Authorization:******
			Bearer hunter2                                           | Bearer ******
			Bearer hunter2=                                          | Bearer ******
			password,hunter2                                         | password,******
			"password":"hunter2"                                     | "password"******
			{"password":"hunter2"}                                   | {"password"******
			{"user":{"name":"hunter2"}}                              | {"user"******
			{hunter2                                                 | ******
			--spring.application.json={"a":{"b":"hunter2"}}          | --spring.application.json=******
			SPRING_APPLICATION_JSON={"a":"hunter2"}                  | SPRING_APPLICATION_JSON=******
			--value={cipher}hunter2                                  | --value=******
			--url=http://user:hunter2@host/path                      | --url=******
			http://user:hunter2@host/path                            | http:******
			http://user:hun/ter2@host                                | http:******
			postgres://hunter2@host/db                               | postgres:******
			user:hunter2@host                                        | user:******
			--proxy=user:hunter2@host:3128                           | --proxy=******
			jdbc:oracle:thin:scott/hunter2@//db:1521/orders          | jdbc:******
			scott/hunter2@db                                         | ******
			--url=jdbc:mysql://db/orders?user=sa&pw=hunter2          | --url=******
			jdbc:mysql://db/orders?hunter2                           | jdbc:******
			jdbc:sqlserver://db;user=sa;x=hunter2                    | jdbc:******
			--url=jdbc:h2:mem:a;USER=hunter2                         | --url=******
			--url=/callback?code=hunter2                             | --url=******
			https://example.org/#hunter2                             | https:******
			-Dspring.datasource.url=hunter2                          | ******
			-Dhunter2                                                | ******
			https://hooks.example.org/services/hunter2               | https:******
			/etc/secrets/hunter2.yml                                 | /etc/******
			--path=/etc/tls/private/hunter2                          | --path=******
			""")
	void formsOfSecretsAreMasked(String argument, String masked) {
		assertThat(Secrets.mask(argument)).isEqualTo(masked).doesNotContain(SECRET);
		assertThat(Secrets.announce(argument)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "AKIAIOSFODNN7EXAMPLE",
			"ASIAIOSFODNN7EXAMPLE", "ghp_abcdefghijklmnopqrstuvwxyzabcdefghij", "github_pat_11ABC", "glpat-abcdefgh",
			"xoxb-1-2-abc", "sk_live_abcdefgh", "sk-abcdefghijklmnopqrst", "AIzaabcdefghijklmnopqrstuv",
			"hvs.abcdefghijklmnopqrst", "npm_abcdefghijklmnopqrst", "SG.abcdefghijklmnopqrst",
			"-----BEGIN EC PARAMETERS-----\nAAAA=\n-----END EC PARAMETERS-----",
			"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEABC", "d41d8cd98f00b204e9800998ecf8427e",
			"123e4567-e89b-12d3-a456-426614174000", "k3u9x0a7q2m5z8w1b4n6", "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MA==",
			"hB7f+Kp/Q2sT9vXz1LmN4cRw8YgD" })
	void tokensAreMaskedWhole(String token) {
		assertThat(Secrets.mask(token)).isEqualTo(Secrets.MASK);
		assertThat(Secrets.mask("\"" + token + "\"")).isEqualTo(Secrets.MASK);
		assertThat(Secrets.mask("--value=" + token)).isEqualTo("--value=" + Secrets.MASK);
		assertThat(Secrets.mask("value: " + token)).isEqualTo("value:" + Secrets.MASK);
		assertThat(Secrets.mask(token + ":x-basic")).doesNotContain(token).endsWith(Secrets.MASK);
		assertThat(Secrets.mask("take " + token)).doesNotContain(token).endsWith(Secrets.MASK);
	}

	/** Long s, Kelvin sign, Cyrillic, full width, a soft hyphen, a combining mark. */
	@ParameterizedTest
	@ValueSource(strings = { "pa\u017f\u017fword", "to\u212aen", "p\u0430ssword",
			"\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44", "pass\u00adword", "pass\u200bword", "se\u0301cret",
			"\ud835\udc29\ud835\udc30\ud835\udc1d", "PASSWORD\u0130", "to\u0138en" })
	void lookAlikesAreNamesOfSecrets(String name) {
		assertThat(Secrets.mask("--" + name + "=" + SECRET)).doesNotContain(SECRET).endsWith(Secrets.MASK);
		assertThat(Secrets.mask(name + "\uff1d" + SECRET)).doesNotContain(SECRET).endsWith(Secrets.MASK);
		assertThat(Secrets.announce(name + "=" + SECRET)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "-p", "-P", "-k", "-u", "--password", "p\u0430ssword", "Authorization:", "Bearer",
			"\"token\"", "--secret= ", "--arguments=--password", "--run=a --token" })
	void nextArgumentIsAnnounced(String argument) {
		assertThat(Secrets.announce(argument)).isTrue();
	}

	@Test
	void lettersAreComparedWithoutLocale() {
		Locale before = Locale.getDefault();
		Locale.setDefault(Locale.forLanguageTag("tr"));
		try {
			assertThat(Secrets.mask("--CLIENT_CREDENTIAL=" + SECRET)).doesNotContain(SECRET);
			assertThat(Secrets.mask("--JSESSIONID=" + SECRET)).doesNotContain(SECRET);
		}
		finally {
			Locale.setDefault(before);
		}
	}

}
