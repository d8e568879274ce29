// A failure is said once, in Paint.NET's own error dialog, however many tiles and previews run into it. It is posted: a render
// thread must not wait for the UI thread, which may be waiting for the render to end.
using System.Runtime.CompilerServices;
using PaintDotNet.AppModel;
using RsrPlugins.Core;

namespace RsrPlugins.PaintDotNet;

/// <summary>Shows failures and remembers the last one shown. Thread-safe.</summary>
internal sealed class FailureReport
{
    private readonly Lock _lock = new();
    private string? _shown;

    /// <summary>From here on every failure is news: a dialog has opened, or a render has succeeded.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _shown = null;
        }
    }

    /// <summary>Shows a failure unless it is the one shown last.</summary>
    public void Show(IServiceProvider services, string effectName, Exception failure)
    {
        string message = Describe(effectName, failure);
        lock (_lock)
        {
            if (message == _shown)
            {
                return;
            }

            _shown = message;
        }

        OnUIThread(services, () => OptionalService.Try(() => ShowDialog(services, message, failure.ToString())));
    }

    /// <summary>Runs an action on the UI thread, without waiting for it where this is another thread.</summary>
    public static void OnUIThread(IServiceProvider services, Action action)
    {
        if (!OptionalService.Try(() => Post(services, action)))
        {
            action();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool ShowDialog(IServiceProvider services, string message, string details)
    {
        if (services.GetService(typeof(IExceptionDialogService)) is not IExceptionDialogService dialogs)
        {
            return false;
        }

        dialogs.ShowErrorDialog(null, message, details);
        return true;
    }

    /// <summary>False on the UI thread itself, and where Paint.NET names no such thread.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Post(IServiceProvider services, Action action)
    {
        if (services.GetService(typeof(IUISynchronizationContext)) is not IUISynchronizationContext { IsOnUIThread: false } ui)
        {
            return false;
        }

        ui.Post(static state => ((Action)state!)(), action);
        return true;
    }

    /// <summary>What a person is told: the effect's name, what went wrong, what to do.</summary>
    public static string Describe(string effectName, Exception failure) =>
        failure switch
        {
            RsrException => $"{effectName}: {failure.Message}",
            OutOfMemoryException =>
                $"{effectName}: there is not enough memory for a picture of this size. Close other pictures or programs, or select a smaller part.",
            _ => $"{effectName} failed unexpectedly; the layer was not changed. Please report the details below.",
        };
}
