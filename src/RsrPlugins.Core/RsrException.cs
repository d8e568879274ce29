// One base for every error the engine raises on purpose, so that a host (the tool, the editor) can show its message as
// it stands. The message is one line: what was asked, what was expected, what was found, what to do.
namespace RsrPlugins.Core;

/// <summary>Base of every error the engine raises on purpose; <see cref="Exception.Message"/> is fit to be shown to a user.</summary>
public abstract class RsrException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A model file or the catalogue is missing, damaged, or not what its descriptor says.</summary>
public sealed class ModelException(string message, Exception? inner = null) : RsrException(message, inner);

/// <summary>The ONNX Runtime library is missing, too old, or will not load.</summary>
public sealed class RuntimeLibraryException(string message, Exception? inner = null) : RsrException(message, inner);

/// <summary>The runtime refused to make a session or to run one: wrong tensor shape, a device that failed, out of memory.</summary>
public sealed class InferenceException(string message, Exception? inner = null) : RsrException(message, inner);

/// <summary>The picture's size or layout cannot be resized as asked.</summary>
public sealed class ImageSizeException(string message) : RsrException(message);
