// Reads Dockerfiles, each ended by a NUL, and says in one line of JSON each how BuildKit's own parser understands it.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

type instruction struct {
	Name  string   `json:"name"`
	Words []string `json:"words"`
}

type answer struct {
	Error        string        `json:"error,omitempty"`
	Directives   []string      `json:"directives,omitempty"`
	Instructions []instruction `json:"instructions"`
}

func main() {
	in, out := bufio.NewReader(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		file, err := in.ReadBytes(0)
		if len(file) > 0 {
			_ = out.Encode(understand(bytes.TrimSuffix(file, []byte{0})))
		}
		if err == io.EOF {
			return
		}
	}
}

func understand(file []byte) (found answer) {
	if syntax, _, _, ok := parser.DetectSyntax(file); ok {
		found.Directives = append(found.Directives, "syntax="+syntax)
	}
	result, err := parser.Parse(bytes.NewReader(file))
	if err != nil {
		found.Error = err.Error()
		return found
	}
	if result.EscapeToken != '\\' {
		found.Directives = append(found.Directives, "escape="+string(result.EscapeToken))
	}
	stages, arguments, err := instructions.Parse(result.AST)
	if err != nil {
		found.Error = err.Error()
		return found
	}
	for range arguments {
		found.Instructions = append(found.Instructions, instruction{Name: "ARG"})
	}
	for _, stage := range stages {
		found.Instructions = append(found.Instructions, instruction{"FROM", []string{stage.BaseName, stage.Name}})
		for _, command := range stage.Commands {
			found.Instructions = append(found.Instructions, read(command))
		}
	}
	return found
}

// read gives the words of an instruction as a build would take them; what has no value of its own stays as `$NAME`.
func read(command instructions.Command) instruction {
	lex := shell.NewLex('\\')
	lex.SkipUnsetEnv = true
	word := func(text string) string {
		if expanded, err := lex.ProcessWord(text, nil); err == nil {
			return expanded
		}
		return "?" + text
	}
	found := instruction{Name: strings.ToUpper(command.Name())}
	take := func(words ...string) {
		for _, text := range words {
			found.Words = append(found.Words, word(text))
		}
	}
	switch c := command.(type) {
	case *instructions.EnvCommand:
		for _, pair := range c.Env {
			take(pair.Key, pair.Value)
		}
	case *instructions.LabelCommand:
		for _, pair := range c.Labels {
			take(pair.Key, pair.Value)
		}
	case *instructions.CopyCommand:
		take(c.SourcePaths...)
		take(c.DestPath)
		for _, content := range c.SourceContents {
			found.Words = append(found.Words, content.Data)
		}
	case *instructions.WorkdirCommand:
		take(c.Path)
	case *instructions.UserCommand:
		take(c.User)
	case *instructions.ExposeCommand:
		take(c.Ports...)
	case *instructions.RunCommand:
		found.Words = c.CmdLine
	case *instructions.CmdCommand:
		found.Words = c.CmdLine
	case *instructions.EntrypointCommand:
		found.Words = c.CmdLine
	}
	return found
}
