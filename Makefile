# Every target prints what it does and can be repeated. `make` alone lists them.

.PHONY: help run test bench fuzz ui fmt

help:
	@echo "make run                    build everything, start the demo (ARGS=\"--port 8443\")"
	@echo "make test                   everything that has to hold (STAGES=\"check rust\" for some of it)"
	@echo "make bench                  measure, and write one table (ARGS=\"-p flow\" for one crate)"
	@echo "make fuzz                   a minute for each fuzz target (ARGS=\"sdp jsonpath\" for some)"
	@echo "make ui                     build the pages"
	@echo "make fmt                    format the sources"

run:
	@./scripts/run.sh $(ARGS)

test:
	@./scripts/test.sh $(STAGES)

bench:
	@./scripts/bench.sh $(ARGS)

fuzz:
	@./scripts/fuzz.sh $(ARGS)

ui:
	@./scripts/ui.sh

fmt:
	@cargo fmt --all
