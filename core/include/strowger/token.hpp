// Whatever a module gives, a token takes back: registration returns one, its destructor withdraws.
#pragma once

#include <cstdint>
#include <utility>

namespace strowger {

// Implemented by the core's services. They outlive every token.
class token_owner {
public:
    virtual void withdraw(std::uint64_t id) noexcept = 0;

protected:
    ~token_owner() = default;
};

class [[nodiscard]] token {
public:
    token() = default;
    token(token_owner& owner, std::uint64_t id) noexcept : owner_(&owner), id_(id) {}
    token(token&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)), id_(other.id_) {}
    token& operator=(token&& other) noexcept {
        if (this != &other) {
            reset();
            owner_ = std::exchange(other.owner_, nullptr);
            id_ = other.id_;
        }
        return *this;
    }
    ~token() { reset(); }

    void reset() noexcept {
        if (auto* owner = std::exchange(owner_, nullptr)) owner->withdraw(id_);
    }
    explicit operator bool() const noexcept { return owner_ != nullptr; }

private:
    token_owner* owner_ = nullptr;
    std::uint64_t id_ = 0;
};

}  // namespace strowger
