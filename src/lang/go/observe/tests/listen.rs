//! Ports and interfaces.

use super::super::Observed;
use super::super::testing::{program, seen, source};
use crate::app::{Interface, Role};

/// `8080`, `8080 PORT`, `- PORT!` for one that is demanded, `8080 loopback`; then the arguments that the command needs.
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
    listens.chain(observed.behaviour.command_arguments(None)).collect()
}

fn check(cases: &[(&[&str], &str, &[&str])]) {
    for (imports, body, expected) in cases {
        assert_eq!(listens(&program(imports, body)), *expected, "{body}");
    }
}

const HTTP: &[&str] = &["net/http", "os", "log", "fmt", "net", "strconv", "flag"];

#[test]
fn addresses_that_are_written_down() {
    check(&[
        (HTTP, r#"func main() { log.Fatal(http.ListenAndServe(":8080", nil)) }"#, &["8080"]),
        (HTTP, r#"func main() { http.ListenAndServe("0.0.0.0:80", nil) }"#, &["80"]),
        (HTTP, r#"func main() { http.ListenAndServeTLS(":8443", "c", "k", nil) }"#, &["8443"]),
        (HTTP, "const addr = `:9000`\nfunc main() { http.ListenAndServe(addr, nil) }", &["9000"]),
        (HTTP, "func main() {\n\tport := 8081\n\thttp.ListenAndServe(fmt.Sprintf(\":%d\", port), nil)\n}", &["8081"]),
        (HTTP, "func main() {\n\tport := 8081\n\thttp.ListenAndServe(\":\"+strconv.Itoa(port), nil)\n}", &["8081"]),
        (HTTP, r#"func main() { l, err := net.Listen("tcp", net.JoinHostPort("", "5000")); http.Serve(l, nil) }"#, &["5000"]),
        (HTTP, r#"func main() { l, _ := net.ListenTCP("tcp", &net.TCPAddr{Port: 6000}) }"#, &["6000"]),
        (HTTP, r#"func main() { lc := net.ListenConfig{}; lc.Listen(ctx, "tcp4", ":7000") }"#, &["7000"]),
        (
            HTTP,
            "func main() {\n\tsrv := &http.Server{\n\t\tAddr:    \":8082\",\n\t\tHandler: mux(),\n\t}\n\tsrv.ListenAndServe()\n}",
            &["8082"],
        ),
        (HTTP, "func main() {\n\tvar srv http.Server\n\tsrv.Addr = \":8083\"\n\tsrv.ListenAndServe()\n}", &["8083"]),
        (HTTP, "func main() { serve(\":8084\") }\nfunc serve(addr string) { http.ListenAndServe(addr, nil) }", &["8084"]),
        (HTTP, "func addr() string { return \":8085\" }\nfunc main() { http.ListenAndServe(addr(), nil) }", &["8085"]),
        (HTTP, r#"func main() { http.ListenAndServe(":http", nil) }"#, &["80"]),
        (HTTP, "func main() {\n\thost := unknown()\n\thttp.ListenAndServe(host+\":8086\", nil)\n}", &["8086"]),
    ]);
}

#[test]
fn the_environment_with_and_without_a_default() {
    check(&[
        (
            HTTP,
            "func main() {\n\tport := os.Getenv(\"PORT\")\n\tif port == \"\" {\n\t\tport = \"8080\"\n\t}\n\thttp.ListenAndServe(\":\"+port, nil)\n}",
            &["8080 PORT"],
        ),
        (
            HTTP,
            "func main() {\n\tport := os.Getenv(\"PORT\")\n\tif port == \"\" {\n\t\tlog.Fatal(\"$PORT must be set\")\n\t}\n\thttp.ListenAndServe(\":\"+port, nil)\n}",
            &["- PORT!"],
        ),
        (
            HTTP,
            "func main() {\n\taddr := \":3000\"\n\tif p := os.Getenv(\"PORT\"); p != \"\" {\n\t\taddr = \":\" + p\n\t}\n\thttp.ListenAndServe(addr, nil)\n}",
            &["3000 PORT"],
        ),
        (
            HTTP,
            "func main() {\n\tport, ok := os.LookupEnv(\"PORT\")\n\tif !ok {\n\t\tport = \"4000\"\n\t}\n\thttp.ListenAndServe(fmt.Sprintf(\"0.0.0.0:%s\", port), nil)\n}",
            &["4000 PORT"],
        ),
        (
            HTTP,
            "func getEnv(key, fallback string) string {\n\tif v := os.Getenv(key); v != \"\" {\n\t\treturn v\n\t}\n\treturn fallback\n}\nfunc main() { http.ListenAndServe(\":\"+getEnv(\"PORT\", \"5000\"), nil) }",
            &["5000 PORT"],
        ),
        (
            &["net/http", "example.com/env"],
            r#"func main() { http.ListenAndServe(":"+env.Get("APP_PORT", "5001"), nil) }"#,
            &["5001 APP_PORT"],
        ),
        (&["net/http", "cmp", "os"], r#"func main() { http.ListenAndServe(":"+cmp.Or(os.Getenv("PORT"), "5002"), nil) }"#, &["5002 PORT"]),
        (
            HTTP,
            "var port = os.Getenv(\"PORT\")\nfunc init() {\n\tif port == \"\" {\n\t\tport = \"5003\"\n\t}\n}\nfunc main() { http.ListenAndServe(\":\"+port, nil) }",
            &["5003 PORT"],
        ),
    ]);
}

#[test]
fn a_variable_for_a_whole_address_is_no_port() {
    let observed = program(HTTP, r#"func main() { http.ListenAndServe(os.Getenv("LISTEN_ADDR"), nil) }"#);
    assert_eq!(listens(&observed), ["-"]);
    assert_eq!(observed.behaviour.demands.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>(), ["LISTEN_ADDR"]);
}

#[test]
fn flags_of_every_library() {
    check(&[
        (
            HTTP,
            "func main() {\n\tport := flag.String(\"port\", \"8080\", \"the port\")\n\tflag.Parse()\n\thttp.ListenAndServe(\":\"+*port, nil)\n}",
            &["8080"],
        ),
        (
            HTTP,
            "var addr = flag.String(\"addr\", \"localhost:8081\", \"where\")\nfunc main() { http.ListenAndServe(*addr, nil) }",
            &["8081", "--addr=0.0.0.0:8081"],
        ),
        (
            HTTP,
            "var port int\nfunc init() { flag.IntVar(&port, \"port\", 8082, \"p\") }\nfunc main() { http.ListenAndServe(fmt.Sprintf(\":%d\", port), nil) }",
            &["8082"],
        ),
        (
            &["net/http", "github.com/spf13/cobra", "fmt"],
            "var cmd = &cobra.Command{Run: func(cmd *cobra.Command, args []string) {\n\tport, _ := cmd.Flags().GetInt(\"port\")\n\thttp.ListenAndServe(fmt.Sprintf(\":%d\", port), nil)\n}}\nfunc main() { cmd.Flags().IntP(\"port\", \"p\", 8083, \"the port\") }",
            &["8083"],
        ),
        (
            &["net/http", "github.com/spf13/viper"],
            "func main() {\n\tviper.SetDefault(\"server.port\", \"8084\")\n\tviper.BindEnv(\"server.port\", \"PORT\")\n\thttp.ListenAndServe(\":\"+viper.GetString(\"server.port\"), nil)\n}",
            &["8084 PORT"],
        ),
        (
            &["net/http", "github.com/urfave/cli/v2"],
            "func main() {\n\tapp := &cli.App{Flags: []cli.Flag{\n\t\t&cli.StringFlag{Name: \"listen\", Value: \":8085\", EnvVars: []string{\"LISTEN\"}},\n\t}, Action: func(c *cli.Context) error { return http.ListenAndServe(c.String(\"listen\"), nil) }}\n}",
            &["8085"],
        ),
        (
            &["net/http", "github.com/alecthomas/kingpin/v2"],
            "var port = kingpin.Flag(\"port\", \"The port\").Default(\"8086\").Envar(\"PORT\").String()\nfunc main() { http.ListenAndServe(\":\"+*port, nil) }",
            &["8086 PORT"],
        ),
    ]);
}

#[test]
fn tags_of_structures() {
    check(&[
        (
            HTTP,
            "type Config struct {\n\tPort int `env:\"PORT\" envDefault:\"8080\"`\n}\nfunc run(cfg Config) { http.ListenAndServe(fmt.Sprintf(\":%d\", cfg.Port), nil) }",
            &["8080 PORT"],
        ),
        (
            HTTP,
            "type Config struct {\n\tPort string `envconfig:\"PORT\" required:\"true\"`\n}\nfunc run(cfg *Config) { http.ListenAndServe(\":\"+cfg.Port, nil) }",
            &["- PORT!"],
        ),
        (
            HTTP,
            "type Server struct {\n\tPort string `default:\"8081\"`\n}\ntype Database struct {\n\tPort string `default:\"5432\"`\n}\nfunc run(cfg All) { http.ListenAndServe(\":\"+cfg.Server.Port, nil) }",
            &["8081"],
        ),
        (
            HTTP,
            "type Config struct {\n\tHost string `env:\"HOST\" envDefault:\"127.0.0.1\"`\n\tPort string `env:\"PORT\" envDefault:\"8082\"`\n}\nfunc run(c Config) { http.ListenAndServe(c.Host+\":\"+c.Port, nil) }",
            &["8082 PORT loopback"],
        ),
    ]);
}

#[test]
fn frameworks() {
    const GIN: &[&str] = &["github.com/gin-gonic/gin", "os/exec"];
    check(&[
        (GIN, "func main() {\n\tr := gin.Default()\n\tr.Run()\n}", &["8080 PORT"]),
        (GIN, "func main() {\n\tr := gin.New()\n\tr.Run(\":9000\")\n}", &["9000"]),
        (GIN, "func routes() *gin.Engine { return gin.New() }\nfunc main() {\n\tr := routes()\n\tr.Run()\n}", &["8080 PORT"]),
        (GIN, "func serve(r *gin.Engine) { r.Run() }", &["8080 PORT"]),
        (GIN, "func main() {\n\tcmd := exec.Command(\"x\")\n\tcmd.Run()\n}", &[]),
        (&["github.com/labstack/echo/v4"], "func main() {\n\te := echo.New()\n\te.Logger.Fatal(e.Start(\":1323\"))\n}", &["1323"]),
        (&["github.com/gofiber/fiber/v3", "log"], "func main() {\n\tapp := fiber.New()\n\tlog.Fatal(app.Listen(\":3000\"))\n}", &["3000"]),
        (&["github.com/valyala/fasthttp"], "func main() { fasthttp.ListenAndServe(\":8081\", handle) }", &["8081"]),
        (
            &["github.com/go-kratos/kratos/v2/transport/http"],
            "func server() *http.Server { return http.NewServer(http.Address(\":8000\")) }",
            &["8000"],
        ),
        (
            &["github.com/cloudwego/hertz/pkg/app/server"],
            "func main() {\n\th := server.Default(server.WithHostPorts(\":8888\"))\n\th.Spin()\n}",
            &["8888"],
        ),
        (&["testing"], "func f(t *testing.T) { t.Run(\":80\", nil) }", &[]),
    ]);
}

#[test]
fn what_nobody_is_to_reach_is_no_port() {
    check(&[
        (HTTP, r#"func main() { net.Listen("tcp", "127.0.0.1:0") }"#, &[]),
        (HTTP, r#"func main() { net.Listen("unix", "/run/x.sock") }"#, &[]),
        (HTTP, "// http.ListenAndServe(\":8080\", nil)\nconst s = `http.ListenAndServe(\":8080\", nil)`", &[]),
        (&["github.com/x/gateway"], r#"func main() { gateway.ListenAndServe("n/a", nil) }"#, &[]),
    ]);
    assert_eq!(listens(&program(HTTP, "func main() {}")), [] as [&str; 0]);
}

#[test]
fn side_doors_come_last_and_a_port_is_told_once() {
    let body = "func main() {\n\tgo http.ListenAndServe(\":9090\", promhttp.Handler())\n\tgo http.ListenAndServe(\"localhost:6060\", pprof)\n\tgo serveGRPC()\n\thttp.ListenAndServe(\":8080\", nil)\n\thttp.ListenAndServe(\":8080\", nil)\n}\nfunc serveGRPC() { net.Listen(\"tcp\", \":50051\") }";
    assert_eq!(listens(&program(HTTP, body)), ["8080", "50051", "9090"]);
}

#[test]
fn an_address_is_followed_through_packages() {
    let main = source(&["example.com/app/config", "example.com/app/server"], "func main() { server.New(config.Load()).Run() }");
    let config = "package config\n\nimport \"os\"\n\ntype Config struct{ Port string }\n\nfunc Load() Config {\n\tport := os.Getenv(\"PORT\")\n\tif port == \"\" {\n\t\tport = DefaultPort\n\t}\n\treturn Config{Port: port}\n}\n\nconst DefaultPort = \"7777\"\n";
    let server = "package server\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/app/config\"\n)\n\ntype Server struct{ config config.Config }\n\nfunc (s *Server) Run() error {\n\tsrv := http.Server{Addr: \":\" + s.config.Port}\n\treturn srv.ListenAndServe()\n}\n";
    let observed = seen(&[("cmd/app/main.go", &main), ("config/config.go", config), ("server/server.go", server)]);
    assert_eq!(listens(&observed), ["7777 PORT"]);
    let places: Vec<_> = observed.behaviour.listens[0].because().iter().map(|evidence| evidence.place().to_string()).collect();
    assert_eq!(places, ["server/server.go:12", "config/config.go:15", "config/config.go:8"]);
}

#[test]
fn results_items_and_what_has_to_be_set() {
    check(&[
        (
            HTTP,
            "func where() (string, string) { return \"tcp\", \":81\" }\nfunc main() {\n\tnetwork, addr := where()\n\tlc := net.ListenConfig{}\n\tlc.Listen(ctx, network, addr)\n}",
            &["81"],
        ),
        (
            HTTP,
            "func main() {\n\tfor _, addr := range []string{\":82\", \":83\"} {\n\t\tgo http.ListenAndServe(addr, nil)\n\t}\n}",
            &["82"],
        ),
        (
            HTTP,
            "type C struct {\n\tAddr string `env:\"APP_PORT,required\"`\n}\nfunc run(c C) {\n\tport := \"84\"\n\tport = c.Addr\n\thttp.ListenAndServe(\":\"+port, nil)\n}",
            &["- APP_PORT!"],
        ),
        // a side door is no door when the door itself cannot be seen
        (HTTP, "func main() {\n\tgo http.ListenAndServe(\":80\", redirect)\n\thttp.ListenAndServe(computed(), nil)\n}", &["-"]),
    ]);
}

#[test]
fn settings_that_the_program_reads_tell_the_port() {
    let main = source(
        &["flag", "net/http", "github.com/go-kratos/kratos/v2/config/file"],
        "var conf = flag.String(\"conf\", \"../../configs\", \"c\")\nfunc main() {\n\tfile.NewSource(*conf)\n\thttp.ListenAndServe(computed(), nil)\n}",
    );
    let observed = seen(&[("cmd/server/main.go", &main), ("configs/config.yaml", "server:\n  http:\n    addr: 0.0.0.0:8000\n")]);
    assert_eq!(listens(&observed), ["8000"]);
    assert_eq!(observed.behaviour.listens[0].place().to_string(), "configs/config.yaml:3");
}

#[test]
fn viper_fills_structures_by_their_tags() {
    let main = source(
        &["github.com/spf13/pflag", "github.com/spf13/viper", "example.com/app/api"],
        "func main() {\n\tfs := pflag.NewFlagSet(\"x\", 0)\n\tfs.Int(\"port\", 9898, \"HTTP port\")\n\tfs.Int(\"port-metrics\", 0, \"metrics\")\n\tviper.BindPFlags(fs)\n\tviper.Unmarshal(&cfg)\n}",
    );
    let api = "package api\n\nimport \"net/http\"\n\ntype Config struct {\n\tHost string `mapstructure:\"host\"`\n\tPort string `mapstructure:\"port\"`\n\tPortMetrics int `mapstructure:\"port-metrics\"`\n}\n\nfunc (s *Server) Run() {\n\tsrv := &http.Server{Addr: s.config.Host + \":\" + s.config.Port}\n\tsrv.ListenAndServe()\n\tmetrics := &http.Server{Addr: fmt.Sprintf(\":%v\", s.config.PortMetrics)}\n}\n";
    assert_eq!(listens(&seen(&[("main.go", &main), ("api/api.go", api)])), ["9898"]);
}

#[test]
fn in_doubt_the_setting_that_looks_like_the_port() {
    let body = "func main() {\n\tflag.Int(\"db-port\", 5432, \"the database\")\n\tflag.Int(\"port\", 8099, \"the port\")\n\thttp.ListenAndServe(computed(), nil)\n}";
    let observed = program(HTTP, body);
    assert_eq!(listens(&observed), ["8099"]);
    assert_eq!(observed.behaviour.listens[0].because()[0].rule, "program.port-like-setting");
    assert_eq!(listens(&program(HTTP, "func main() { http.ListenAndServe(computed(), nil) }")), ["-"]);
}

#[test]
fn a_loopback_address_is_warned_of_where_it_stands() {
    let observed = program(HTTP, "const addr = \"127.0.0.1:8080\"\n\nfunc main() { http.ListenAndServe(addr, nil) }");
    let [warning] = observed.warnings.as_slice() else { panic!("{:?}", observed.warnings) };
    let label = &warning.labels[0];
    assert_eq!(
        (warning.code, label.file.as_str(), label.span.map(|span| (span.line, span.column, span.length))),
        ("bind::loopback", "main.go", Some((13, 7, 23)))
    );
    let observed =
        program(HTTP, "func main() { http.ListenAndServe(getenv(\"HOST\", \"localhost\")+\":\"+getenv(\"PORT\", \"8080\"), nil) }");
    assert_eq!(observed.behaviour.listens[0].value.host.as_deref(), Some("HOST"));
    assert!(observed.warnings.is_empty(), "the image sets it");
}
