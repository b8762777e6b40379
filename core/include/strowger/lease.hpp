// Leases: who runs a module's code holds one, and the module stays mapped until the last returns.
// Taken and returned on any thread; cheap (two atomic operations).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace strowger {

// Counts the uses of one generation of a module. Owned by the core (the loader), never by a module.
// A default one, without loader behind it, serves tests and the core's own registrations.
class use_counter {
public:
    virtual ~use_counter();
    std::int64_t count() const noexcept { return count_.load(std::memory_order_acquire); }
    void add() noexcept { count_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept {
        if (count_.fetch_sub(1, std::memory_order_acq_rel) == 1) idle();
    }

protected:
    // The count fell to zero; called on the thread that returned the last lease.
    virtual void idle() noexcept;

private:
    std::atomic<std::int64_t> count_{0};
};

// One counted use. The counter outlives it.
class use {
public:
    use() = default;
    explicit use(use_counter* counter) noexcept : counter_(counter) {
        if (counter_) counter_->add();
    }
    use(const use& other) noexcept : use(other.counter_) {}
    use(use&& other) noexcept : counter_(std::exchange(other.counter_, nullptr)) {}
    use& operator=(use other) noexcept {
        std::swap(counter_, other.counter_);
        return *this;
    }
    ~use() {
        if (counter_) counter_->release();
    }
    use_counter* counter() const noexcept { return counter_; }

private:
    use_counter* counter_ = nullptr;
};

// An interface that a module registered, held for as long as its code may run.
template <class T>
class lease {
public:
    lease() = default;
    lease(use counted, std::shared_ptr<T> object) noexcept
        : use_(std::move(counted)), object_(std::move(object)) {}
    lease(const lease&) = default;
    lease(lease&&) noexcept = default;
    lease& operator=(lease other) noexcept {  // the old object goes before its use is returned
        std::swap(object_, other.object_);
        std::swap(use_, other.use_);
        return *this;
    }
    T* get() const noexcept { return object_.get(); }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_.get(); }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    // A use of the same module, for what was made through this interface.
    use again() const noexcept { return use_; }

private:
    use use_;  // declared first: returned last
    std::shared_ptr<T> object_;
};

// An object that a module made and handed out, with the lease that keeps its code mapped.
template <class T>
class owned {
public:
    owned() = default;
    owned(use counted, std::unique_ptr<T> object) noexcept
        : use_(std::move(counted)), object_(std::move(object)) {}
    owned(owned&&) noexcept = default;
    owned& operator=(owned&& other) noexcept {
        object_ = std::move(other.object_);
        use_ = std::move(other.use_);
        return *this;
    }
    void reset() noexcept {
        object_.reset();
        use_ = use{};
    }
    T* get() const noexcept { return object_.get(); }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_.get(); }
    explicit operator bool() const noexcept { return object_ != nullptr; }

private:
    use use_;  // declared first: returned last
    std::unique_ptr<T> object_;
};

}  // namespace strowger
