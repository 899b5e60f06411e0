// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <cerrno>
#include <cmath>

#include "error.h"

namespace native
{

Argument::Argument(const Argument &options, const char *name)
    : operation_(options.operation_), name_(options.name_ + "." + name)
{
	value_ = options.given() ? options.object().Get(name) : options.value_;
}

void Argument::reject(const std::string &why) const
{
	fail(value_.Env(), EINVAL, operation_, name_ + " " + why);
}

bool Argument::flag() const
{
	if (!given())
		return false;
	if (!value_.IsBoolean())
		reject("has to be a boolean");
	return value_.As<Napi::Boolean>();
}

uint32_t Argument::number() const
{
	const double number = value_.IsNumber() ? value_.As<Napi::Number>().DoubleValue() : NAN;
	if (!(number >= 0 && number <= UINT32_MAX && number == std::floor(number)))
		reject("has to be an integer from 0 to 4294967295");
	return static_cast<uint32_t>(number);
}

uint32_t Argument::number_or(uint32_t otherwise) const
{
	return given() ? number() : otherwise;
}

std::string Argument::text() const
{
	if (!value_.IsString())
		reject("has to be a string");
	std::string text = value_.As<Napi::String>();
	if (text.empty() || text.find('\0') != std::string::npos)
		reject("has to be a string that is not empty and has no NUL character");
	return text;
}

Bytes Argument::bytes() const
{
	if (!value_.IsTypedArray() || value_.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array)
		reject("has to be a Uint8Array");
	const Napi::Uint8Array array = value_.As<Napi::Uint8Array>();
	return {array.Data(), array.ByteLength()};
}

Bytes Argument::bytes(size_t expected) const
{
	const Bytes bytes = this->bytes();
	if (bytes.size != expected)
		reject("has to have " + std::to_string(expected) + " bytes, not " + std::to_string(bytes.size));
	return bytes;
}

Napi::Function Argument::function() const
{
	if (!value_.IsFunction())
		reject("has to be a function");
	return value_.As<Napi::Function>();
}

Napi::Object Argument::object() const
{
	if (!value_.IsObject())
		reject("has to be an object");
	return value_.As<Napi::Object>();
}

} // namespace native
