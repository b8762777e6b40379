// What the benchmark prints.
#pragma once

#include "measure.hpp"

namespace bench {

struct rows {
    figures unwanted_module, unwanted_core;
    figures none, one, hundred, named;
    figures peer_one, peer_hundred;
    long offered() const;
    long completed() const;
};

void print_table(const rows& all);
// One flat object on one line.
void print_json(const rows& all);

}  // namespace bench
