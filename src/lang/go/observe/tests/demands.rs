//! Variables without which it does not start.

use super::super::testing::program;

#[test]
fn variables_that_the_program_gives_up_without() {
    for (body, expected) in [
        ("func main() {\n\tdsn := os.Getenv(\"DATABASE_URL\")\n\tif dsn == \"\" {\n\t\tlog.Fatal(\"no\")\n\t}\n}", &["DATABASE_URL"][..]),
        ("func main() {\n\tkey, ok := os.LookupEnv(\"API_KEY\")\n\tif !ok {\n\t\tpanic(\"no\")\n\t}\n}", &["API_KEY"]),
        ("func main() {\n\tif os.Getenv(\"TOKEN\") == \"\" {\n\t\tos.Exit(1)\n\t}\n}", &["TOKEN"]),
        ("func main() {\n\tif v, ok := os.LookupEnv(\"TOKEN\"); !ok {\n\t\tlog.Fatalf(\"no\")\n\t}\n}", &["TOKEN"]),
        ("func loadConfig() error {\n\tc.url = os.Getenv(\"URL\")\n\tif c.url == \"\" {\n\t\treturn errors.New(\"URL\")\n\t}\n}", &["URL"]),
        (
            "func main() {\n\ta := os.Getenv(\"A\")\n\tb := os.Getenv(\"B\")\n\tif a == \"\" || b == \"\" {\n\t\tlog.Fatal()\n\t}\n}",
            &["A", "B"],
        ),
        ("var key = mustGetenv(\"KEY\")", &["KEY"]),
        ("type C struct {\n\tURL string `env:\"DB_URL,required\"`\n\tX string `env:\"X\"`\n}", &["DB_URL"]),
        // a default, another way, another condition
        ("func main() {\n\tdsn := os.Getenv(\"DSN\")\n\tif dsn == \"\" {\n\t\tdsn = \"x\"\n\t}\n}", &[]),
        ("func main() {\n\ta := os.Getenv(\"A\")\n\tif a == \"\" && b == \"\" {\n\t\tlog.Fatal()\n\t}\n}", &[]),
        ("func main() {\n\tif cloud {\n\t\ta := os.Getenv(\"A\")\n\t\tif a == \"\" {\n\t\t\tlog.Fatal()\n\t\t}\n\t}\n}", &[]),
        ("func main() {\n\tdebug := os.Getenv(\"DEBUG\")\n\tif debug != \"\" {\n\t\tlog.Fatal()\n\t}\n}", &[]),
    ] {
        let demands = program(&["os", "log", "errors"], body).behaviour.demands;
        assert_eq!(demands.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>(), expected, "{body}");
    }
}

#[test]
fn the_port_is_told_elsewhere() {
    let body = "func main() {\n\tport := os.Getenv(\"PORT\")\n\tif port == \"\" {\n\t\tlog.Fatal(\"no\")\n\t}\n\thttp.ListenAndServe(\":\"+port, nil)\n}";
    let behaviour = program(&["os", "log", "net/http"], body).behaviour;
    assert!(behaviour.demands.is_empty() && behaviour.listens.len() == 1);
}
