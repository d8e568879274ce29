// Paint.NET's services come and go between versions: a member that was documented in one is missing in the next. .NET notices when the
// method that uses it is compiled, and the whole method fails. So each use of an optional member stands in a method of its own, which
// is never inlined, and is called through here: what is missing costs that one convenience and nothing else.
namespace RsrPlugins.PaintDotNet;

/// <summary>Calls what a version of Paint.NET may lack.</summary>
internal static class OptionalService
{
    /// <summary>Calls a method that uses optional members.</summary>
    /// <param name="call">Calls a method marked NoInlining; mentions no optional type itself.</param>
    /// <returns>What it returns; null where a member or a type it uses is missing, or is of another type than expected.</returns>
    public static T? Get<T>(Func<T?> call)
        where T : class
    {
        try
        {
            return call();
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            return null;
        }
    }

    /// <summary>Calls a method that uses optional members.</summary>
    /// <returns>False where it said so, or where a member or a type it uses is missing or of another type than expected.</returns>
    public static bool Try(Func<bool> call)
    {
        try
        {
            return call();
        }
        catch (Exception exception) when (IsAbsence(exception))
        {
            return false;
        }
    }

    /// <summary>What .NET throws for a missing field or method, a missing or changed type, an object that is not what it was, and an
    /// assembly that is gone.</summary>
    public static bool IsAbsence(Exception exception) =>
        exception is MissingMemberException or TypeLoadException or InvalidCastException or FileNotFoundException or FileLoadException;
}
