// What the benchmark prints.
#pragma once

#include "measure.hpp"

#include <vector>

namespace bench {

struct row {
    std::string suite;
    figures ours, packaged;
    double ratio() const;  // packaged ÷ ours, over protect and unprotect together
};

void print_table(const std::vector<row>& rows);
// One flat object on one line.
void print_json(const std::vector<row>& rows);
bool all_completed(const std::vector<row>& rows);

}  // namespace bench
