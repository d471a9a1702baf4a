module example.com/{{cookiecutter.name}}

go 1.26
