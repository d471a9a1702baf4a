//! Resolver and observers, over Python's front end and a vocabulary of the tests' own.

use camino::Utf8Path;

use super::{Observed, Program, Site, Source};
use crate::catalog::vocabulary::Vocabulary;
use crate::lang::python::outline::outline;
use crate::tree::Tree;

const WORDS: &str = r#"
[[listens]]
call = "serve.run"
port = [1, "port"]
host = [0, "host"]
default-port = 8000
default-host = "127.0.0.1"

[[listens]]
of = "web"
call = ["Run", "listen"]
address = 0
default-port = 8080
variable = "PORT"

[[variable]]
call = ["os.getenv", "os.environ.get"]
name = 0
default = 1

[[variable]]
call = "os.environ.__getitem__"
name = 0
strict = true

[[value]]
call = ["int", "str"]
value = 0

[[flag]]
call = ".add_argument"
name = "all"
default = "default"
required = "required"

[[reads]]
call = "files.Served"
path = "directory"
names = "directory"
needed = "at-start"

[[reads]]
assigned = "STATIC_DIRS"
path = 0
needed = "at-build"

[[reads]]
call = "open"
path = 0
mode = 1
mode-lacks = ["w", "a", "x"]

[[writes]]
call = "open"
path = 0
mode = 1
mode-has = ["w", "a", "x"]

[[writes]]
call = "os.makedirs"
path = 0
names = "directory"

[[starts]]
call = "subprocess.run"
program = 0
shell = "shell"

[[exit]]
call = "sys.exit"

[[join]]
call = "os.path.join"
parts = "all"
separator = "/"

[[parent]]
call = "os.path.dirname"
value = 0

[[value]]
call = "os.path.abspath"
value = 0

[[place]]
name = "__file__"
is = "source"

[[format]]
call = ".format"
template = "receiver"

[[type]]
base = "pydantic_settings.BaseSettings"
variables = true
prefix = "env_prefix"
"#;

fn module(path: &str) -> String {
    path.trim_end_matches(".py").trim_end_matches("/__init__").replace('/', ".")
}

fn look<R>(files: &[(&str, &str)], ask: impl FnOnce(&Program<'_>, &Site<'_>) -> R) -> R {
    let tree = Tree::from_memory(files.iter().copied());
    let sources: Vec<_> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".py"))
        .map(|(path, text)| Source::new(Utf8Path::new(path), text, module(path), outline(text)))
        .collect();
    let vocabulary = Vocabulary::read([("words", WORDS)]).unwrap();
    let program = Program::new(sources.iter().collect(), &vocabulary);
    ask(&program, &Site { tree: &tree, bases: vec!["".into()], embedded: &[], compiled: &["py"], ships_alone: false, compiled_in: None })
}

// the method by its name alone has one lifetime too few
#[allow(clippy::redundant_closure_for_method_calls)]
fn seen(files: &[(&str, &str)]) -> Observed {
    look(files, |program, site| program.observe(site))
}

/// `port variable! interface host`, for each listener.
fn listens(files: &[(&str, &str)]) -> Vec<String> {
    let shown = seen(files).behaviour.listens.into_iter().map(|fact| {
        let listen = fact.value;
        let port = listen.port.map_or("?".to_owned(), |port| port.to_string());
        let variable = listen.variable.map_or(String::new(), |variable| format!(" {}", variable.name));
        let host = listen.host.map_or(String::new(), |host| format!(" host {host}"));
        let loopback = if listen.interface == crate::app::Interface::Loopback { " loopback" } else { "" };
        format!("{port}{variable}{loopback}{host}")
    });
    shown.collect()
}

#[test]
fn ports_are_followed_wherever_they_are_kept() {
    for (text, expected) in [
        ("import serve\nserve.run('0.0.0.0', 9000)", "9000"),
        ("import serve\nserve.run(port=9000)", "9000 loopback"),
        ("import serve\nserve.run()", "8000 loopback"),
        ("import serve\nserve.run('0.0.0.0', unknowable())", "?"),
        ("import serve, os\nserve.run('0.0.0.0', int(os.getenv('PORT', '9001')))", "9001 PORT"),
        ("import serve, os\nPORT = int(os.environ.get('PORT') or 9001)\nserve.run(host='0.0.0.0', port=PORT)", "9001 PORT"),
        ("import serve, os\nHOST = os.getenv('HOST', '127.0.0.1')\nserve.run(HOST, 9001)", "9001 loopback host HOST"),
        ("import serve\ndef start(port=9002):\n    serve.run('0.0.0.0', port)\nstart()", "9002"),
        ("import serve\ndef start(port):\n    serve.run('0.0.0.0', port)\nstart(9003)", "9003"),
        ("import serve\ndef start(port):\n    serve.run('0.0.0.0', port)\nstart(port=9003)", "9003"),
        ("import serve\ndef port():\n    return 9004\nserve.run('0.0.0.0', port())", "9004"),
        ("import serve\ndef both():\n    return '0.0.0.0', 9005\nhost, port = both()\nserve.run(host, port)", "9005"),
        ("import serve\nCONFIG = {'server': {'port': 9006}}\nserve.run('0.0.0.0', CONFIG['server']['port'])", "9006"),
        ("import serve\nclass Config:\n    PORT = 9007\nserve.run('0.0.0.0', Config.PORT)", "9007"),
        (
            "import serve\nclass App:\n    def __init__(self, port):\n        self.port = port\n    def run(self):\n        serve.run('0.0.0.0', self.port)\nApp(9008).run()",
            "9008",
        ),
        (
            "import serve, argparse\np = argparse.ArgumentParser()\np.add_argument('--port', '-p', type=int, default=9009)\nargs = p.parse_args()\nserve.run('0.0.0.0', args.port)",
            "9009",
        ),
        (
            "import serve\nfrom pydantic_settings import BaseSettings\nclass Settings(BaseSettings):\n    port: int = 9010\nsettings = Settings()\nserve.run('0.0.0.0', settings.port)",
            "9010 PORT",
        ),
        ("import web\napp = web.App()\napp.Run(':9011')", "9011"),
        ("import web\napp = web.App()\napp.Run()", "8080 PORT"),
        ("import web\napp = web.App()\nport = 9012\napp.Run(f'127.0.0.1:{port}')", "9012 loopback"),
        ("import web\ndef make():\n    return web.App()\napp = make()\napp.listen(('0.0.0.0', 9013))", "9013"),
        ("import web, other\nx = other.Thing()\nx.Run(':9014')", ""),
        ("# serve.run('0.0.0.0', 1)\nx = \"serve.run('0.0.0.0', 1)\"", ""),
    ] {
        assert_eq!(listens(&[("main.py", text)]).join(", "), expected, "{text}");
    }
}

#[test]
fn names_of_other_files_are_followed() {
    let config = ("app/config.py", "import os\nPORT = int(os.getenv('APP_PORT', 7000))\nclass S:\n    host = '127.0.0.1'\ns = S()\n");
    for main in [
        "import serve\nfrom app.config import PORT\nserve.run('0.0.0.0', PORT)",
        "import serve\nfrom .config import PORT\nserve.run('0.0.0.0', PORT)",
        "import serve\nfrom app import config\nserve.run('0.0.0.0', config.PORT)",
    ] {
        assert_eq!(listens(&[("app/main.py", main), config]), ["7000 APP_PORT"], "{main}");
    }
}

#[test]
fn a_flag_that_binds_loopback_is_answered_with_an_argument() {
    let text = "import serve, argparse\np = argparse.ArgumentParser()\np.add_argument('--host', default='127.0.0.1')\nargs = p.parse_args()\nserve.run(args.host, 9000)";
    let observed = seen(&[("main.py", text)]);
    let arguments: Vec<_> = observed.behaviour.arguments.iter().map(|fact| format!("{} {}", fact.value.flag, fact.value.value)).collect();
    assert_eq!(arguments, ["--host 0.0.0.0"]);
    assert!(observed.warnings.is_empty());
}

#[test]
fn what_is_read_written_started_and_demanded() {
    let main = "import os, sys, subprocess\n\
        BASE = os.path.dirname(os.path.abspath(__file__))\n\
        open(os.path.join(BASE, 'words.txt'))\n\
        open('data/log.txt', 'a')\n\
        os.makedirs('/var/lib/app', exist_ok=True)\n\
        subprocess.run(['git', 'clone'])\n\
        subprocess.run('ffmpeg -i x | head', shell=True)\n\
        key = os.environ['API_KEY']\n\
        url = os.getenv('URL')\n\
        if not url:\n    sys.exit('no')\n\
        soft = os.getenv('SOFT')\n\
        if not soft:\n    print('none')\n";
    let seen = seen(&[("app/main.py", main), ("app/words.txt", "")]).behaviour;
    assert_eq!(seen.reads.iter().map(|fact| fact.value.source.as_str()).collect::<Vec<_>>(), ["app/words.txt"]);
    assert_eq!(seen.writes.iter().map(|fact| fact.value.directory.as_str()).collect::<Vec<_>>(), ["/var/lib/app", "data"]);
    let needs: Vec<_> = seen.needs.iter().map(|fact| fact.value.to_string()).collect();
    assert_eq!(needs, ["program:ffmpeg", "program:git", "program:head", "program:sh"]);
    assert_eq!(seen.demands.iter().map(|fact| fact.value.as_str()).collect::<Vec<_>>(), ["API_KEY", "URL"]);
}

#[test]
fn the_port_of_a_settings_file_is_found() {
    for (path, settings, text, expected) in [
        (
            "config.yaml",
            "db:\n  port: 5432\nserver:\n  port: 9191\n",
            "import serve, yaml\nwith open('config.yaml') as f:\n    config = yaml.safe_load(f)\nserve.run('0.0.0.0', config['server']['port'])",
            "9191",
        ),
        (
            "config.yaml",
            "server:\n  port: ${APP_PORT:9192}\n",
            "import serve, yaml\nconfig = yaml.safe_load(open('config.yaml'))\nserve.run('0.0.0.0', config['server']['port'])",
            "9192 APP_PORT",
        ),
        (
            "config.toml",
            "[redis]\nport = 6379\n[web]\nport = 9193\n",
            "import serve, toml\nconfig = load(open('config.toml'))\nserve.run('0.0.0.0', config.find('x'))",
            "9193",
        ),
    ] {
        assert_eq!(listens(&[("main.py", text), (path, settings)]).join(", "), expected, "{text}");
    }
}

#[test]
fn a_pack_teaches_a_company_s_framework_in_five_lines() {
    const OURS: &str = "[[listens]]\nof = \"acme.http\"\ncall = \"serve\"\nport = \"on\"\ndefault-port = 7000\n";
    let catalog = packs_of(OURS).catalog().unwrap();
    for (text, port) in [
        ("from acme.http import Server\nServer().serve(on=7001)", Some(7001)),
        ("import acme.http\nserver = acme.http.Server()\nserver.serve()", Some(7000)),
        ("import other\nserver = other.Server()\nserver.serve()", None),
    ] {
        let source = Source::new(Utf8Path::new("main.py"), text, "main", outline(text));
        let program = Program::new(vec![&source], catalog.vocabulary("python").unwrap());
        let found = program.listens().listens;
        assert_eq!(found.first().and_then(|fact| fact.value.port), port, "{text}");
    }
    let broken = packs_of("[[listens]]\nadress = 0\n").catalog().unwrap();
    assert!(broken.vocabulary("python").is_err_and(|error| error.code == "catalog::broken"));
}

fn packs_of(text: &str) -> crate::Packs {
    let file = (camino::Utf8PathBuf::from("presets/_catalog/vocabulary/python.toml"), text.to_owned());
    crate::Packs::over_built_in([crate::Pack::from_memory("acme", [file])])
}

#[test]
fn names_that_lead_back_to_themselves_end() {
    let text =
        "import serve\na = b + a\nb = a + b\ndef f(): return g() + f()\ndef g(): return f() + g()\nserve.run(a+b+f()+g(), a+b+f()+g())";
    let _ = seen(&[("main.py", text)]);
    let text = "import serve\na = b.x\nb = a.y\nserve.run(a.z.q, b.z)\nserve.run((a.z, b.z))";
    let _ = seen(&[("main.py", text)]);
}

#[test]
fn assets_are_told_whether_they_are_there_or_not() {
    let text = "import files, os\nHERE = os.path.dirname(os.path.abspath(__file__))\nui = os.path.join(HERE, 'ui', 'dist')\n\
        files.Served(directory=ui)\nfiles.Served(directory=unknown())\nSTATIC_DIRS = [('a', os.path.join(HERE, 'css'))]\n";
    let seen = seen(&[("main.py", text)]);
    let assets: Vec<_> = seen.behaviour.assets.iter().map(|asset| (asset.value.path.as_str(), asset.value.needed)).collect();
    assert_eq!(assets, [("css", crate::app::Needed::AtBuild), ("ui/dist", crate::app::Needed::AtStart)]);
}

#[test]
fn parts_of_a_path_are_joined_behind_what_the_method_is_called_on() {
    let catalog = crate::Packs::over_built_in([]).catalog().unwrap();
    let text = "from pathlib import Path\nBASE = Path(__file__).resolve().parent.parent\nSTATICFILES_DIRS = [BASE / 'ui' / 'dist', BASE.joinpath('css', 'all')]\n";
    let source = Source::new(Utf8Path::new("shop/settings.py"), text, "shop.settings", outline(text));
    let program = Program::new(vec![&source], catalog.vocabulary("python").unwrap());
    let tree = Tree::from_memory([("shop/settings.py", text)]);
    let assets = program.assets(&Site {
        tree: &tree,
        bases: vec!["".into()],
        embedded: &[],
        compiled: &["py"],
        ships_alone: false,
        compiled_in: None,
    });
    assert_eq!(assets.iter().map(|asset| asset.value.path.as_str()).collect::<Vec<_>>(), ["css/all", "ui/dist"]);
}
