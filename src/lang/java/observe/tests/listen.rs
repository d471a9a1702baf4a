//! Ports and interfaces.

use super::{Observed, class, java, kotlin, main, seen, seen_with};
use crate::app::{Interface, Role};

/// `8080`, `8080 PORT`, `- PORT!` for one that is demanded, `8080 loopback`.
fn listens(observed: &Observed) -> Vec<String> {
    let listens = observed.behaviour.listens.iter().map(|fact| {
        let mut words = vec![fact.value.port.map_or("-".to_owned(), |port| port.to_string())];
        words.extend(fact.value.variable.as_ref().map(|variable| match variable.role {
            Role::Optional => variable.name.clone(),
            Role::Demanded => format!("{}!", variable.name),
        }));
        words.extend((fact.value.interface == Interface::Loopback).then(|| "loopback".to_owned()));
        words.join(" ")
    });
    listens.collect()
}

const HTTP: &str = "com.sun.net.httpserver.HttpServer java.net.InetSocketAddress java.net.ServerSocket java.util.Optional";

fn check(cases: &[(&str, &[&str])]) {
    for (members, expected) in cases {
        assert_eq!(listens(&java(HTTP, members)), *expected, "{members}");
    }
}

#[test]
fn addresses_that_are_written_down() {
    check(&[
        (&main("HttpServer.create(new InetSocketAddress(8080), 0).start();"), &["8080"]),
        (&main("HttpServer.create(new InetSocketAddress(\"0.0.0.0\", 81), 0).start();"), &["81"]),
        (&main("int port = 8082; HttpServer.create(new InetSocketAddress(port), 0);"), &["8082"]),
        (&main("new ServerSocket(7000);"), &["7000"]),
        (&main("final ServerSocket server = new ServerSocket(); server.bind(new InetSocketAddress(7001));"), &["7001"]),
    ]);
}

#[test]
fn constants_fields_and_parameters() {
    check(&[
        (&format!("static final int PORT = 9000; {}", main("HttpServer.create(new InetSocketAddress(PORT), 0);")), &["9000"]),
        (&format!("static void serve(int port) throws Exception {{ new ServerSocket(port); }} {}", main("serve(9001);")), &["9001"]),
        (&format!("static int port() {{ return 9002; }} {}", main("new ServerSocket(port());")), &["9002"]),
    ]);
}

#[test]
fn variables_with_and_without_a_default() {
    check(&[
        (&main("new ServerSocket(Integer.parseInt(System.getenv().getOrDefault(\"PORT\", \"8083\")));"), &["8083 PORT"]),
        (&main("new ServerSocket(Optional.ofNullable(System.getenv(\"PORT\")).map(Integer::parseInt).orElse(8084));"), &["8084 PORT"]),
        (&main("String port = System.getenv(\"PORT\"); new ServerSocket(port == null ? 8085 : Integer.parseInt(port));"), &["8085 PORT"]),
        (&main("new ServerSocket(Integer.parseInt(System.getenv(\"APP_PORT\")));"), &["- APP_PORT!"]),
    ]);
}

#[test]
fn loopback_is_told() {
    check(&[
        (&main("HttpServer.create(new InetSocketAddress(\"127.0.0.1\", 8080), 0);"), &["8080 loopback"]),
        (&main("HttpServer.create(new InetSocketAddress(\"localhost\", 8080), 0);"), &["8080 loopback"]),
    ]);
}

#[test]
fn comments_strings_and_tests_are_no_code() {
    check(&[(&main("// new ServerSocket(8080);\n String text = \"new ServerSocket(8081)\";"), &[])]);
    let test = class(HTTP, &main("new ServerSocket(8086);"));
    assert!(listens(&seen(&[("src/test/java/AppTest.java", &test), ("src/main/java/App.java", "class App {}")])).is_empty());
}

#[test]
fn options_of_picocli_and_jcommander() {
    let call = "void run() throws Exception { new ServerSocket(port); }";
    for (annotation, field) in [
        ("picocli.CommandLine.Option", "@Option(names = {\"-p\", \"--port\"}, defaultValue = \"7070\") int port;"),
        ("picocli.CommandLine.Option", "@Option(names = \"--port\") int port = 7070;"),
        ("com.beust.jcommander.Parameter", "@Parameter(names = \"--port\") int port = 7070;"),
    ] {
        assert_eq!(listens(&java(&format!("{HTTP} {annotation}"), &format!("{field} {call}"))), ["7070"], "{field}");
    }
}

#[test]
fn servers_of_libraries() {
    for (imports, statement, expected) in [
        ("io.javalin.Javalin", "Javalin.create().start(7070);", "7070"),
        ("io.javalin.Javalin", "Javalin.create().start();", "8080"),
        ("io.vertx.core.Vertx", "Vertx.vertx().createHttpServer().listen(8888);", "8888"),
        ("io.undertow.Undertow", "Undertow.builder().addHttpListener(8090, \"0.0.0.0\").build().start();", "8090"),
        ("org.eclipse.jetty.server.Server", "new Server(8091).start();", "8091"),
        ("spark.Spark", "Spark.port(4568); Spark.get(\"/\", (q, r) -> \"x\");", "4568"),
    ] {
        assert_eq!(listens(&java(imports, &main(statement))), [expected], "{statement}");
    }
}

#[test]
fn kotlin_and_ktor() {
    let ktor = "import io.ktor.server.engine.embeddedServer\nimport io.ktor.server.netty.Netty\n";
    for (body, expected) in [
        ("fun main() { embeddedServer(Netty, port = 8082) {}.start(wait = true) }", "8082"),
        ("fun main() { embeddedServer(Netty, port = System.getenv(\"PORT\")?.toInt() ?: 8083) {}.start(true) }", "8083 PORT"),
        ("const val PORT = 8084\nfun main() { embeddedServer(Netty, PORT) {}.start(true) }", "8084"),
        ("fun main() { embeddedServer(Netty, host = \"127.0.0.1\", port = 8085) {}.start(true) }", "8085 loopback"),
    ] {
        assert_eq!(listens(&kotlin(&format!("{ktor}{body}"))), [expected], "{body}");
    }
}

#[test]
fn frameworks_that_files_configure() {
    let app = ("src/main/java/App.java", "class App {}");
    for (file, text, dependency, expected) in [
        ("src/main/resources/application.properties", "server.port=9001\n", "spring-boot-starter-web", "9001 SERVER_PORT"),
        ("src/main/resources/application.yml", "server:\n  port: ${PORT:9002}\n", "spring-boot-starter-web", "9002 PORT"),
        ("src/main/resources/application.properties", "", "spring-boot-starter-web", "8080 SERVER_PORT"),
        ("src/main/resources/application.properties", "quarkus.http.port=9003\n", "quarkus-rest", "9003 QUARKUS_HTTP_PORT"),
        (
            "src/main/resources/application.yml",
            "micronaut:\n  server:\n    port: 9004\n",
            "micronaut-http-server",
            "9004 MICRONAUT_SERVER_PORT",
        ),
        ("src/main/resources/META-INF/microprofile-config.properties", "server.port=9005\n", "helidon-microprofile", "9005 SERVER_PORT"),
        ("src/main/resources/application.conf", "ktor { deployment { port = 9006 } }\n", "ktor-server", "9006 KTOR_DEPLOYMENT_PORT"),
    ] {
        assert_eq!(listens(&seen_with(&[app, (file, text)], &[dependency])), [expected], "{file} {text}");
    }
}
