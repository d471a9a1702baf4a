package main

import (
	"encoding/hex"
	"log"
	"net/http"
	"os"
)

func main() {
	name, _ := hex.DecodeString("7368656c662f6772656574696e672e747874")
	text, err := os.ReadFile(string(name))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Write(text) })
	log.Fatal(http.ListenAndServe(":8080", nil))
}
